From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Numbers Enclosures.
Open Scope R_scope.
From Coq Require Import QArith Qreals.
From Coq Require List.
Import List.ListNotations.
Open Scope R_scope.

(* claim      not convex
   function   Sum(i < 12, (Sum(j < 2, W2[0, j]*tanh(Sum(k < 2, X[i, k]*W1[j, k]))) - y[i, 0])**2)/12
   variables  W1[2, 2], W2[1, 2]
   parameters X[12, 2] = array ca9e148502a25f819ff78ae45b6fc0e1b9277176fd3eb5b679ed8fa32050ba13, y[12, 1] = array 6522479ef2be379c1abe76e7ccf670d240afd4dda703fab80ee7a542382438c9 *)
Definition v_W1 (p : point) (i : nat) (j : nat) : R := p 0%nat i j.
Definition v_W2 (p : point) (i : nat) (j : nat) : R := p 1%nat i j.
Definition given (p_X : nat -> nat -> R) (p_y : nat -> nat -> R) : Prop :=
  True.
Definition dom (p_X : nat -> nat -> R) (p_y : nat -> nat -> R) (p : point) : Prop :=
  everywhere p.
Definition f (p_X : nat -> nat -> R) (p_y : nat -> nat -> R) (p : point) : R := ((1 / 12) * (Sum 12%nat (fun i0 => ((((- 1) * (p_y i0 0%nat)) + (Sum 2%nat (fun i1 => ((v_W2 p 0%nat i1) * (tanh (Sum 2%nat (fun i2 => ((p_X i0 i2) * (v_W1 p i1 i2))))))))) ^ 2)))).

Definition table_data_X : nat -> nat -> Q := table 2 [(1 # 1)%Q; ((-2) # 1)%Q; (7 # 4)%Q; ((-1) # 4)%Q; (3 # 2)%Q; (1 # 2)%Q; ((-3) # 4)%Q; (1 # 4)%Q; (7 # 4)%Q; ((-5) # 4)%Q; ((-1) # 2)%Q; ((-3) # 4)%Q; (5 # 4)%Q; (1 # 4)%Q; (0 # 1)%Q; (1 # 4)%Q; ((-1) # 4)%Q; (1 # 2)%Q; ((-1) # 2)%Q; (1 # 1)%Q; (1 # 2)%Q; (1 # 1)%Q; (1 # 2)%Q; ((-1) # 4)%Q].

Definition data_X (i j : nat) : R := Q2R (table_data_X i j).

Definition table_data_y : nat -> nat -> Q := table 1 [(0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q].

Definition data_y (i j : nat) : R := Q2R (table_data_y i j).

Definition x_0_W1 : nat -> nat -> Q := table 2 [((-3) # 2)%Q; (2 # 1)%Q; (17 # 10)%Q; (2 # 5)%Q].

Definition x_0_W2 : nat -> nat -> Q := table 2 [(23 # 10)%Q; (4 # 5)%Q].

Definition x_0 : point := fun k i j => match k with | 0%nat => Q2R (x_0_W1 i j) | 1%nat => Q2R (x_0_W2 i j) | _ => 0 end.

Definition y_0_W1 : nat -> nat -> Q := table 2 [((-3) # 2)%Q; (2 # 1)%Q; ((-17) # 10)%Q; ((-2) # 5)%Q].

Definition y_0_W2 : nat -> nat -> Q := table 2 [(23 # 10)%Q; ((-4) # 5)%Q].

Definition y_0 : point := fun k i j => match k with | 0%nat => Q2R (y_0_W1 i j) | 1%nat => Q2R (y_0_W2 i j) | _ => 0 end.

Lemma gap_convex : jensen_gap (dom data_X data_y) (f data_X data_y).
Proof.
  exists x_0, y_0, (1 / 2).
  split; [exact I|]. split; [exact I|]. split; [exact I|]. split; [lra|].
  assert (H := chord_by 102 (Rat (1 # 2))
    (Times (Rat (1 # 12)) (Total 12%nat (fun i0 => (Power (Plus (Times (Minus (Int 1)) (Rat (table_data_y i0 0%nat))) (Total 2%nat (fun i1 => (Times (Rat (x_0_W2 0%nat i1)) (Tangent (Total 2%nat (fun i2 => (Times (Rat (table_data_X i0 i2)) (Rat (x_0_W1 i1 i2)))))))))) 2))))
    (Times (Rat (1 # 12)) (Total 12%nat (fun i0 => (Power (Plus (Times (Minus (Int 1)) (Rat (table_data_y i0 0%nat))) (Total 2%nat (fun i1 => (Times (Rat (y_0_W2 0%nat i1)) (Tangent (Total 2%nat (fun i2 => (Times (Rat (table_data_X i0 i2)) (Rat (y_0_W1 i1 i2)))))))))) 2))))
    (Times (Rat (1 # 12)) (Total 12%nat (fun i0 => (Power (Plus (Times (Minus (Int 1)) (Rat (table_data_y i0 0%nat))) (Total 2%nat (fun i1 => (Times (Plus (Times (Rat (1 # 2)) (Rat (x_0_W2 0%nat i1))) (Times (Plus (Int 1) (Minus (Rat (1 # 2)))) (Rat (y_0_W2 0%nat i1)))) (Tangent (Total 2%nat (fun i2 => (Times (Rat (table_data_X i0 i2)) (Plus (Times (Rat (1 # 2)) (Rat (x_0_W1 i1 i2))) (Times (Plus (Int 1) (Minus (Rat (1 # 2)))) (Rat (y_0_W1 i1 i2)))))))))))) 2))))).
  match type of H with ?A -> _ => assert (K : A) by vm_cast_no_check (@eq_refl bool true) end.
  exact (H K).
Qed.

Theorem verdict :
  jensen_gap (dom data_X data_y) (f data_X data_y).
Proof. exact gap_convex. Qed.
