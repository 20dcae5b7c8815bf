From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Numbers Enclosures.
Open Scope R_scope.
From Coq Require Import QArith Qreals.
From Coq Require List.
Import List.ListNotations.
Open Scope R_scope.

(* claim      not convex
   function   Sum(i < 7, (Sum(j < 2, W2[0, j]*sigmoid(Sum(k < 2, X[i, k]*W1[j, k]))) - Sum(j < 2, W2_0[0, j]*sigmoid(Sum(k < 2, W1_0[j, k]*X[i, k]))))**2)/7
   variables  W1[2, 2], W2[1, 2]
   parameters X[7, 2] = array 59d262e821b62875d41e45786f7c998ca87f6b15f8c4d4aea70824c3fc59ce32, W1_0[2, 2], W2_0[1, 2] *)
Definition v_W1 (p : point) (i : nat) (j : nat) : R := p 0%nat i j.
Definition v_W2 (p : point) (i : nat) (j : nat) : R := p 1%nat i j.
Definition given (p_X : nat -> nat -> R) (p_W1_0 : nat -> nat -> R) (p_W2_0 : nat -> nat -> R) : Prop :=
  True.
Definition dom (p_X : nat -> nat -> R) (p_W1_0 : nat -> nat -> R) (p_W2_0 : nat -> nat -> R) (p : point) : Prop :=
  everywhere p.
Definition f (p_X : nat -> nat -> R) (p_W1_0 : nat -> nat -> R) (p_W2_0 : nat -> nat -> R) (p : point) : R := ((1 / 7) * (Sum 7%nat (fun i0 => ((((- 1) * (Sum 2%nat (fun i1 => ((p_W2_0 0%nat i1) * (sigmoid (Sum 2%nat (fun i2 => ((p_W1_0 i1 i2) * (p_X i0 i2))))))))) + (Sum 2%nat (fun i1 => ((v_W2 p 0%nat i1) * (sigmoid (Sum 2%nat (fun i2 => ((p_X i0 i2) * (v_W1 p i1 i2))))))))) ^ 2)))).

Definition table_data_X : nat -> nat -> Q := table 2 [(1 # 1)%Q; (0 # 1)%Q; (0 # 1)%Q; (1 # 1)%Q; (1 # 1)%Q; (1 # 1)%Q; (1 # 1)%Q; ((-1) # 1)%Q; (1 # 2)%Q; ((-2) # 1)%Q; ((-2) # 1)%Q; (1 # 2)%Q; (2 # 1)%Q; (1 # 1)%Q].

Definition data_X (i j : nat) : R := Q2R (table_data_X i j).

Definition table_chosen0_W1_0 : nat -> nat -> Q := table 2 [((-3) # 2)%Q; (2 # 1)%Q; (17 # 10)%Q; (2 # 5)%Q].

Definition chosen0_W1_0 (i j : nat) : R := Q2R (table_chosen0_W1_0 i j).

Definition table_chosen0_W2_0 : nat -> nat -> Q := table 2 [(23 # 10)%Q; (4 # 5)%Q].

Definition chosen0_W2_0 (i j : nat) : R := Q2R (table_chosen0_W2_0 i j).

Definition x_0_W1 : nat -> nat -> Q := table 2 [((-3) # 2)%Q; (2 # 1)%Q; (17 # 10)%Q; (2 # 5)%Q].

Definition x_0_W2 : nat -> nat -> Q := table 2 [(23 # 10)%Q; (4 # 5)%Q].

Definition x_0 : point := fun k i j => match k with | 0%nat => Q2R (x_0_W1 i j) | 1%nat => Q2R (x_0_W2 i j) | _ => 0 end.

Definition y_0_W1 : nat -> nat -> Q := table 2 [(17 # 10)%Q; (2 # 5)%Q; ((-3) # 2)%Q; (2 # 1)%Q].

Definition y_0_W2 : nat -> nat -> Q := table 2 [(4 # 5)%Q; (23 # 10)%Q].

Definition y_0 : point := fun k i j => match k with | 0%nat => Q2R (y_0_W1 i j) | 1%nat => Q2R (y_0_W2 i j) | _ => 0 end.

Lemma gap_convex : (exists (p_W1_0 : nat -> nat -> R) (p_W2_0 : nat -> nat -> R), given data_X p_W1_0 p_W2_0 /\ jensen_gap (dom data_X p_W1_0 p_W2_0) (f data_X p_W1_0 p_W2_0)).
Proof.
  exists chosen0_W1_0.
  exists chosen0_W2_0.
  split; [exact I|].
  exists x_0, y_0, (1 / 2).
  split; [exact I|]. split; [exact I|]. split; [exact I|]. split; [lra|].
  assert (H := chord_by 101 (Rat (1 # 2))
    (Times (Rat (1 # 7)) (Total 7%nat (fun i0 => (Power (Plus (Times (Minus (Int 1)) (Total 2%nat (fun i1 => (Times (Rat (table_chosen0_W2_0 0%nat i1)) (Over (Plus (Int 1) (Exponential (Minus (Total 2%nat (fun i2 => (Times (Rat (table_chosen0_W1_0 i1 i2)) (Rat (table_data_X i0 i2))))))))))))) (Total 2%nat (fun i1 => (Times (Rat (x_0_W2 0%nat i1)) (Over (Plus (Int 1) (Exponential (Minus (Total 2%nat (fun i2 => (Times (Rat (table_data_X i0 i2)) (Rat (x_0_W1 i1 i2))))))))))))) 2))))
    (Times (Rat (1 # 7)) (Total 7%nat (fun i0 => (Power (Plus (Times (Minus (Int 1)) (Total 2%nat (fun i1 => (Times (Rat (table_chosen0_W2_0 0%nat i1)) (Over (Plus (Int 1) (Exponential (Minus (Total 2%nat (fun i2 => (Times (Rat (table_chosen0_W1_0 i1 i2)) (Rat (table_data_X i0 i2))))))))))))) (Total 2%nat (fun i1 => (Times (Rat (y_0_W2 0%nat i1)) (Over (Plus (Int 1) (Exponential (Minus (Total 2%nat (fun i2 => (Times (Rat (table_data_X i0 i2)) (Rat (y_0_W1 i1 i2))))))))))))) 2))))
    (Times (Rat (1 # 7)) (Total 7%nat (fun i0 => (Power (Plus (Times (Minus (Int 1)) (Total 2%nat (fun i1 => (Times (Rat (table_chosen0_W2_0 0%nat i1)) (Over (Plus (Int 1) (Exponential (Minus (Total 2%nat (fun i2 => (Times (Rat (table_chosen0_W1_0 i1 i2)) (Rat (table_data_X i0 i2))))))))))))) (Total 2%nat (fun i1 => (Times (Plus (Times (Rat (1 # 2)) (Rat (x_0_W2 0%nat i1))) (Times (Plus (Int 1) (Minus (Rat (1 # 2)))) (Rat (y_0_W2 0%nat i1)))) (Over (Plus (Int 1) (Exponential (Minus (Total 2%nat (fun i2 => (Times (Rat (table_data_X i0 i2)) (Plus (Times (Rat (1 # 2)) (Rat (x_0_W1 i1 i2))) (Times (Plus (Int 1) (Minus (Rat (1 # 2)))) (Rat (y_0_W1 i1 i2))))))))))))))) 2))))).
  match type of H with ?A -> _ => assert (K : A) by vm_cast_no_check (@eq_refl bool true) end.
  exact (H K).
Qed.

Theorem verdict :
  (exists (p_W1_0 : nat -> nat -> R) (p_W2_0 : nat -> nat -> R), given data_X p_W1_0 p_W2_0 /\ jensen_gap (dom data_X p_W1_0 p_W2_0) (f data_X p_W1_0 p_W2_0)).
Proof. exact gap_convex. Qed.
