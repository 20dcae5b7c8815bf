From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Expr Rules Signs Forms Steps Kinks.
Open Scope R_scope.

(* claim      convex
   function   Sum(i < n, y[i] + x[i]*log(x[i]/y[i]) - x[i])
   variables  x[n], y[n]
   sizes      n >= 1
   domain     x[i] > 0 for all i < n
   domain     y[i] > 0 for all i < n *)
Definition v_x (p : point) (i : nat) : R := p 0%nat i 0%nat.
Definition v_y (p : point) (i : nat) : R := p 1%nat i 0%nat.
Definition given (n_n : nat) : Prop :=
  (1 <= n_n)%nat.
Definition dom (n_n : nat) (p : point) : Prop :=
  ((forall i0 : nat, (i0 < n_n)%nat -> 0 < (v_x p i0))) /\ ((forall i0 : nat, (i0 < n_n)%nat -> 0 < (v_y p i0))).
Definition f (n_n : nat) (p : point) : R := (Sum n_n (fun i0 => ((v_y p i0) + ((- 1) * (v_x p i0)) + ((v_x p i0) * (ln ((v_x p i0) * (/ (v_y p i0)))))))).

Lemma convex_dom (n_n : nat) (G : given n_n) : convex_set (dom n_n).
Proof. cbv [convex_set dom everywhere mix v_x v_y]. intros p q t Dp Dq Ht. convex_facts. Qed.

Definition domain_0 (n_n : nat) (p : point) : Prop :=
  ((forall i0 : nat, (i0 < n_n)%nat -> 0 < (p 0%nat i0 0%nat))) /\ ((forall i0 : nat, (i0 < n_n)%nat -> 0 < (p 1%nat i0 0%nat))).

Lemma convex_domain_0 (n_n : nat) (G : given n_n) : convex_set (domain_0 n_n).
Proof. cbv [convex_set domain_0 everywhere mix]. intros p q t Dp Dq Ht. convex_facts. Qed.

Lemma form_1 (n_n : nat) (G : given n_n) :
  forall p v, (domain_0 n_n) p -> 0 <= ev p v (D (D (Sm n_n (fun i0 => (Add (Vr 2%nat i0 0%nat) (Mul (Vr 0%nat i0 0%nat) (Ln (Mul (Vr 0%nat i0 0%nat) (Inv (Vr 1%nat i0 0%nat)))))))))).
Proof.
  intros p v Hp. assert (H := G). cbv [given] in H. rename H into L0. cbv [domain_0 v_x v_y] in Hp. destruct Hp as (F0 & F1). 
  apply (ge0_eq _ (Sum n_n (fun i0 => ((((v 0%nat i0 0%nat) ^ 2) * (/ (p 0%nat i0 0%nat))) + ((- 2) * (v 0%nat i0 0%nat) * (v 1%nat i0 0%nat) * (/ (p 1%nat i0 0%nat))) + ((p 0%nat i0 0%nat) * ((v 1%nat i0 0%nat) ^ 2) * (/ ((p 1%nat i0 0%nat) ^ 2))))))).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  first [match goal with _ : forall j1 : nat, (j1 < n_n)%nat -> 0 < (p 1%nat j1 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : forall j1 : nat, (j1 < n_n)%nat -> 0 < (p 1%nat j1 0%nat)) by (intros j1 J1; pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra)].
  first [match goal with _ : forall j1 : nat, (j1 < n_n)%nat -> 0 < ((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat))) |- _ => idtac end | let N := fresh "N" in assert (N : forall j1 : nat, (j1 < n_n)%nat -> 0 < ((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat)))) by (intros j1 J1; assert (Q0 : 0 < (p 0%nat j1 0%nat)) by (pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra); assert (Q1 : 0 < (/ (p 1%nat j1 0%nat))) by (assert (Q2 : 0 < (p 1%nat j1 0%nat)) by (pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra); apply inv_pos; assumption); product)].
  first [match goal with _ : forall j1 : nat, (j1 < n_n)%nat -> 0 < (p 0%nat j1 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : forall j1 : nat, (j1 < n_n)%nat -> 0 < (p 0%nat j1 0%nat)) by (intros j1 J1; pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra)].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  set (A0 := (Sum n_n (fun i0 => (((v 0%nat i0 0%nat) ^ 2) * (/ (p 0%nat i0 0%nat)))))) in *.
  set (A1 := (Sum n_n (fun i0 => ((v 0%nat i0 0%nat) * (v 1%nat i0 0%nat) * (/ (p 1%nat i0 0%nat)))))) in *.
  set (A2 := (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) * ((v 1%nat i0 0%nat) ^ 2) * (/ ((p 1%nat i0 0%nat) ^ 2)))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A0 + ((- 2)) * A1 + (1) * A2) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; first [match goal with _ : 0 < (p 1%nat j1 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat j1 0%nat)) by (pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra)];   first [match goal with _ : 0 < ((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < ((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat)))) by (assert (Q0 : 0 < (p 0%nat j1 0%nat)) by (pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra); assert (Q1 : 0 < (/ (p 1%nat j1 0%nat))) by (assert (Q2 : 0 < (p 1%nat j1 0%nat)) by (pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra); apply inv_pos; assumption); product)];   first [match goal with _ : 0 < (p 0%nat j1 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 0%nat j1 0%nat)) by (pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra)];   unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with (((- 2)) * A1 + (1) * A0 + (1) * A2) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; first [match goal with _ : 0 < (p 1%nat j1 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat j1 0%nat)) by (pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra)];   first [match goal with _ : 0 < (p 0%nat j1 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 0%nat j1 0%nat)) by (pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra)];   unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  set (A3 := (Sum n_n (fun i0 => (p 2%nat i0 0%nat)))) in *.
  set (A4 := (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) * (ln (p 0%nat i0 0%nat)))))) in *.
  set (A5 := (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) * (ln (p 1%nat i0 0%nat)))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A3 + (1) * A4 + ((- 1)) * A5) by (cbv delta [A0 A1 A2 A3 A4 A5]; gather; intros j1 J1; cbv beta; first [match goal with _ : 0 < (p 1%nat j1 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat j1 0%nat)) by (pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra)];   first [match goal with _ : 0 < ((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < ((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat)))) by (assert (Q0 : 0 < (p 0%nat j1 0%nat)) by (pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra); assert (Q1 : 0 < (/ (p 1%nat j1 0%nat))) by (assert (Q2 : 0 < (p 1%nat j1 0%nat)) by (pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra); apply inv_pos; assumption); product)];   first [match goal with _ : 0 < (p 0%nat j1 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 0%nat j1 0%nat)) by (pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra)];   unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A_0 := ln (p 0%nat j1 0%nat));   pose (A_1 := ln (p 1%nat j1 0%nat));   assert (X_0 : ln ((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat))) = (1 * (A_0) + (- 1) * (A_1))) by (assert (T : 0 < (((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat))) * ((1)))) by positive; replace (((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat)))) with (((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat))) * ((1))) by (field; nonzero); cbv delta [A_0 A_1]; logarithm);   trade_ln ((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat))) (1 * (A_0) + (- 1) * (A_1)) X_0;   assert (X_1 : ln (p 0%nat j1 0%nat) = A_0) by (cbv delta [A_0 A_1]; f_equal; field; nonzero);   trade_ln (p 0%nat j1 0%nat) A_0 X_1;   assert (X_2 : ln (p 1%nat j1 0%nat) = A_1) by (cbv delta [A_0 A_1]; f_equal; field; nonzero);   trade_ln (p 1%nat j1 0%nat) A_1 X_2;   clear X_0 X_1 X_2; clearbody A_0 A_1;   field; nonzero) end.
  clearbody A0 A1 A2 A3 A4 A5.
  field; nonzero. }
  apply Sum_ge0. intros j1 J1. apply (ge0_eq _ ((/ (p 0%nat j1 0%nat)) * ((((p 0%nat j1 0%nat) * (v 1%nat j1 0%nat)) + ((- 1) * (p 1%nat j1 0%nat) * (v 0%nat j1 0%nat))) ^ 2) * (/ ((p 1%nat j1 0%nat) ^ 2)))). { first [match goal with _ : 0 < (p 1%nat j1 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat j1 0%nat)) by (pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra)].
  first [match goal with _ : 0 < (p 0%nat j1 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 0%nat j1 0%nat)) by (pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra)].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  field; nonzero. }
  assert (Q0 : 0 < (/ (p 0%nat j1 0%nat))) by (assert (Q1 : 0 < (p 0%nat j1 0%nat)) by (pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra); apply inv_pos; assumption); assert (Q2 : 0 <= ((((p 0%nat j1 0%nat) * (v 1%nat j1 0%nat)) + ((- 1) * (p 1%nat j1 0%nat) * (v 0%nat j1 0%nat))) ^ 2)) by (pose proof (even_ge0 (((p 0%nat j1 0%nat) * (v 1%nat j1 0%nat)) + ((- 1) * (p 1%nat j1 0%nat) * (v 0%nat j1 0%nat))) 1); cbn [Nat.mul Nat.add] in *; lra); assert (Q3 : 0 < (/ ((p 1%nat j1 0%nat) ^ 2))) by (assert (Q4 : 0 < ((p 1%nat j1 0%nat) ^ 2)) by (assert (Q5 : 0 < (p 1%nat j1 0%nat)) by (pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra); apply (even_gt0 (p 1%nat j1 0%nat) 1); lra); apply inv_pos; assumption); product.
Qed.

Lemma second_order_2 (n_n : nat) (G : given n_n) :
  convex_on (domain_0 n_n) (fun p => (Sum n_n (fun i0 => ((p 2%nat i0 0%nat) + ((p 0%nat i0 0%nat) * (ln ((p 0%nat i0 0%nat) * (/ (p 1%nat i0 0%nat))))))))).
Proof.
  change (convex_on (domain_0 n_n) (value (Sm n_n (fun i0 => (Add (Vr 2%nat i0 0%nat) (Mul (Vr 0%nat i0 0%nat) (Ln (Mul (Vr 0%nat i0 0%nat) (Inv (Vr 1%nat i0 0%nat)))))))))).
  apply second_order.
  - cbv [still]; tauto.
  - exact (convex_domain_0 n_n G).
  - intros p v Hp. assert (H := G). cbv [given] in H. rename H into L0. cbv [domain_0 v_x v_y] in Hp. destruct Hp as (F0 & F1). first [match goal with _ : forall j1 : nat, (j1 < n_n)%nat -> 0 < (p 1%nat j1 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : forall j1 : nat, (j1 < n_n)%nat -> 0 < (p 1%nat j1 0%nat)) by (intros j1 J1; pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra)].
  first [match goal with _ : forall j1 : nat, (j1 < n_n)%nat -> 0 < ((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat))) |- _ => idtac end | let N := fresh "N" in assert (N : forall j1 : nat, (j1 < n_n)%nat -> 0 < ((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat)))) by (intros j1 J1; assert (Q0 : 0 < (p 0%nat j1 0%nat)) by (pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra); assert (Q1 : 0 < (/ (p 1%nat j1 0%nat))) by (assert (Q2 : 0 < (p 1%nat j1 0%nat)) by (pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra); apply inv_pos; assumption); product)]. cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (form_1 n_n G).
Qed.

Definition slots_3 (n_n : nat)  (p : point) : point :=
  fun k i j => match k with | 0%nat => (fun j1 => (p 0%nat j1 0%nat)) i | 1%nat => (fun j1 => (p 1%nat j1 0%nat)) i | 2%nat => (fun j1 => ((p 1%nat j1 0%nat) + ((- 1) * (p 0%nat j1 0%nat)))) i | _ => 0 end.

Lemma range_4 (n_n : nat) (G : given n_n) :
  forall p, (dom n_n) p -> (domain_0 n_n) (slots_3 n_n p).
Proof.
  intros p Hp. assert (H := G). cbv [given] in H. rename H into L0. cbv [dom v_x v_y] in Hp. destruct Hp as (F0 & F1). cbv [domain_0 slots_3 everywhere]. repeat apply conj.
  { intros j1 J1. assert (B : 0 < (p 0%nat j1 0%nat)) by (pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra). lra. }
  { intros j1 J1. assert (B : 0 < (p 1%nat j1 0%nat)) by (pose proof (F1 j1 ltac:(lia)) as Q; cbv beta in Q; lra). lra. }
Qed.

Lemma composition_5 (n_n : nat) (G : given n_n) :
  convex_on (dom n_n) (fun p => (Sum n_n (fun i0 => ((p 1%nat i0 0%nat) + ((- 1) * (p 0%nat i0 0%nat)) + ((p 0%nat i0 0%nat) * (ln ((p 0%nat i0 0%nat) * (/ (p 1%nat i0 0%nat))))))))).
Proof.
  apply (convex_ext _ (fun p => (fun p => (Sum n_n (fun i0 => ((p 2%nat i0 0%nat) + ((p 0%nat i0 0%nat) * (ln ((p 0%nat i0 0%nat) * (/ (p 1%nat i0 0%nat))))))))) ((slots_3 n_n) p))); [intros p _; first [solve [change (((fun p => (Sum n_n (fun i0 => ((p 2%nat i0 0%nat) + ((p 0%nat i0 0%nat) * (ln ((p 0%nat i0 0%nat) * (/ (p 1%nat i0 0%nat))))))))) ((slots_3 n_n) p)) = (Sum n_n (fun i0 => ((p 1%nat i0 0%nat) + ((- 1) * (p 0%nat i0 0%nat)) + ((p 0%nat i0 0%nat) * (ln ((p 0%nat i0 0%nat) * (/ (p 1%nat i0 0%nat))))))))); cbv [slots_3]; apply Sum_ext; intros j1 J1; cbv beta; transitivity (((p 1%nat j1 0%nat) + ((- 1) * (p 0%nat j1 0%nat))) + ((p 0%nat j1 0%nat) * (ln ((p 0%nat j1 0%nat) * (/ (p 1%nat j1 0%nat)))))); [apply (f_equal2 Rplus); [first [reflexivity | reorder] | apply (f_equal2 Rmult); [first [reflexivity | reorder] | apply (f_equal ln); apply (f_equal2 Rmult); [first [reflexivity | reorder] | apply (f_equal Rinv); first [reflexivity | reorder]]]] | first [reflexivity | ring | max_sorts | field; nonzero | reorder]]] | solve [reorder]]|].
  apply (precomposition (dom n_n) (domain_0 n_n) (fun p => (Sum n_n (fun i0 => ((p 2%nat i0 0%nat) + ((p 0%nat i0 0%nat) * (ln ((p 0%nat i0 0%nat) * (/ (p 1%nat i0 0%nat))))))))) (slots_3 n_n)).
  - exact (convex_dom n_n G).
  - exact (range_4 n_n G).
  - exact (second_order_2 n_n G).
  - intros p q t Dp Dq Ht k i j. cbv [slots_3 mix]. slot_cases; affine_sums.
Qed.

Theorem verdict : forall (n_n : nat), given n_n -> convex_on (dom n_n) (f n_n).
Proof. intros n_n G. exact (composition_5 n_n G). Qed.
