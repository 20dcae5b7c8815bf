From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Numbers Enclosures.
Open Scope R_scope.
From Coq Require Import QArith Qreals.
From Coq Require List.
Import List.ListNotations.
Open Scope R_scope.

(* claim      not convex
   function   Sum(i < 40, (Sum(j < 2, W2[0, j]*tanh(Sum(k < 2, X[i, k]*W1[j, k]))) - y[i, 0])**2)/40
   variables  W1[2, 2], W2[1, 2]
   parameters X[40, 2] = array e41457a289a88f7013d448784bbb27631d911ed31cf3b925fc6e255b1d659272, y[40, 1] = array 0b6b3c162dc02cb1db7c3bec1110f5bb070d47d952ca5c4fd37e8b2828355c48 *)
Definition v_W1 (p : point) (i : nat) (j : nat) : R := p 0%nat i j.
Definition v_W2 (p : point) (i : nat) (j : nat) : R := p 1%nat i j.
Definition given (p_X : nat -> nat -> R) (p_y : nat -> nat -> R) : Prop :=
  True.
Definition dom (p_X : nat -> nat -> R) (p_y : nat -> nat -> R) (p : point) : Prop :=
  everywhere p.
Definition f (p_X : nat -> nat -> R) (p_y : nat -> nat -> R) (p : point) : R := ((1 / 40) * (Sum 40%nat (fun i0 => ((((- 1) * (p_y i0 0%nat)) + (Sum 2%nat (fun i1 => ((v_W2 p 0%nat i1) * (tanh (Sum 2%nat (fun i2 => ((p_X i0 i2) * (v_W1 p i1 i2))))))))) ^ 2)))).

Definition table_data_X : nat -> nat -> Q := table 2 [(1 # 1)%Q; ((-2) # 1)%Q; (7 # 4)%Q; ((-1) # 4)%Q; (3 # 2)%Q; (1 # 2)%Q; ((-3) # 4)%Q; (1 # 4)%Q; (7 # 4)%Q; ((-5) # 4)%Q; ((-1) # 2)%Q; ((-3) # 4)%Q; (5 # 4)%Q; (1 # 4)%Q; (0 # 1)%Q; (1 # 4)%Q; ((-1) # 4)%Q; (1 # 2)%Q; ((-1) # 2)%Q; (1 # 1)%Q; (1 # 2)%Q; (1 # 1)%Q; (1 # 2)%Q; ((-1) # 4)%Q; (3 # 2)%Q; (5 # 4)%Q; (1 # 2)%Q; (1 # 1)%Q; (0 # 1)%Q; (3 # 4)%Q; (0 # 1)%Q; (2 # 1)%Q; (1 # 4)%Q; (1 # 4)%Q; (1 # 2)%Q; (1 # 4)%Q; (3 # 2)%Q; (3 # 4)%Q; ((-1) # 4)%Q; ((-5) # 4)%Q; ((-1) # 4)%Q; ((-3) # 4)%Q; ((-5) # 4)%Q; ((-3) # 2)%Q; (1 # 4)%Q; ((-5) # 4)%Q; (2 # 1)%Q; (3 # 4)%Q; (3 # 4)%Q; (1 # 2)%Q; (3 # 4)%Q; ((-3) # 4)%Q; (1 # 4)%Q; (1 # 2)%Q; (5 # 4)%Q; (1 # 4)%Q; (1 # 4)%Q; (3 # 2)%Q; (1 # 1)%Q; ((-1) # 1)%Q; (5 # 4)%Q; (5 # 4)%Q; ((-3) # 4)%Q; ((-1) # 4)%Q; (3 # 4)%Q; (1 # 1)%Q; (3 # 2)%Q; (7 # 4)%Q; (1 # 2)%Q; ((-1) # 4)%Q; (3 # 4)%Q; (1 # 2)%Q; (0 # 1)%Q; (1 # 2)%Q; ((-1) # 4)%Q; ((-1) # 4)%Q; (1 # 4)%Q; (3 # 2)%Q; ((-1) # 4)%Q; (1 # 4)%Q].

Definition data_X (i j : nat) : R := Q2R (table_data_X i j).

Definition table_data_y : nat -> nat -> Q := table 1 [(0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (1 # 1)%Q; (1 # 1)%Q; (1 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (1 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q].

Definition data_y (i j : nat) : R := Q2R (table_data_y i j).

Definition x_0_W1 : nat -> nat -> Q := table 2 [(711 # 2048)%Q; (3 # 64)%Q; (1701 # 2048)%Q; (355 # 1024)%Q].

Definition x_0_W2 : nat -> nat -> Q := table 2 [(3 # 4)%Q; ((-131) # 256)%Q].

Definition x_0 : point := fun k i j => match k with | 0%nat => Q2R (x_0_W1 i j) | 1%nat => Q2R (x_0_W2 i j) | _ => 0 end.

Definition y_0_W1 : nat -> nat -> Q := table 2 [(633 # 2048)%Q; (1 # 64)%Q; (1755 # 2048)%Q; (317 # 1024)%Q].

Definition y_0_W2 : nat -> nat -> Q := table 2 [(13 # 16)%Q; ((-125) # 256)%Q].

Definition y_0 : point := fun k i j => match k with | 0%nat => Q2R (y_0_W1 i j) | 1%nat => Q2R (y_0_W2 i j) | _ => 0 end.

Lemma gap_convex : jensen_gap (dom data_X data_y) (f data_X data_y).
Proof.
  exists x_0, y_0, (1 / 2).
  split; [exact I|]. split; [exact I|]. split; [exact I|]. split; [lra|].
  assert (H := chord_by 116 (Rat (1 # 2))
    (Times (Rat (1 # 40)) (Total 40%nat (fun i0 => (Power (Plus (Times (Minus (Int 1)) (Rat (table_data_y i0 0%nat))) (Total 2%nat (fun i1 => (Times (Rat (x_0_W2 0%nat i1)) (Tangent (Total 2%nat (fun i2 => (Times (Rat (table_data_X i0 i2)) (Rat (x_0_W1 i1 i2)))))))))) 2))))
    (Times (Rat (1 # 40)) (Total 40%nat (fun i0 => (Power (Plus (Times (Minus (Int 1)) (Rat (table_data_y i0 0%nat))) (Total 2%nat (fun i1 => (Times (Rat (y_0_W2 0%nat i1)) (Tangent (Total 2%nat (fun i2 => (Times (Rat (table_data_X i0 i2)) (Rat (y_0_W1 i1 i2)))))))))) 2))))
    (Times (Rat (1 # 40)) (Total 40%nat (fun i0 => (Power (Plus (Times (Minus (Int 1)) (Rat (table_data_y i0 0%nat))) (Total 2%nat (fun i1 => (Times (Plus (Times (Rat (1 # 2)) (Rat (x_0_W2 0%nat i1))) (Times (Plus (Int 1) (Minus (Rat (1 # 2)))) (Rat (y_0_W2 0%nat i1)))) (Tangent (Total 2%nat (fun i2 => (Times (Rat (table_data_X i0 i2)) (Plus (Times (Rat (1 # 2)) (Rat (x_0_W1 i1 i2))) (Times (Plus (Int 1) (Minus (Rat (1 # 2)))) (Rat (y_0_W1 i1 i2)))))))))))) 2))))).
  match type of H with ?A -> _ => assert (K : A) by vm_cast_no_check (@eq_refl bool true) end.
  exact (H K).
Qed.

Theorem verdict :
  jensen_gap (dom data_X data_y) (f data_X data_y).
Proof. exact gap_convex. Qed.
