From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Expr Rules Signs Forms Steps Kinks.
Open Scope R_scope.

(* claim      convex
   function   Sum(i < n, log(1 + exp(-y[i]*Sum(j < d, X[i, j]*w[j]))))
   variables  w[d]
   parameters X[n, d], y[n]
   sizes      d >= 1, n >= 1 *)
Definition v_w (p : point) (i : nat) : R := p 0%nat i 0%nat.
Definition given (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) : Prop :=
  (1 <= n_d)%nat /\ (1 <= n_n)%nat.
Definition dom (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  everywhere p.
Definition f (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : R := (Sum n_n (fun i0 => (ln (1 + (exp ((- 1) * (p_y i0) * (Sum n_d (fun i1 => ((p_X i0 i1) * (v_w p i1)))))))))).

(* Of the certificate this script does not state
   strictness: if the linear part of (w) -> (t[i] = -y[i]*Sum(j < d, X[i, j]*w[j])) is injective (full column rank) *)

Lemma convex_dom (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : convex_set (dom n_d n_n p_X p_y).
Proof. cbv [convex_set dom everywhere mix v_w]. intros p q t Dp Dq Ht. convex_facts. Qed.

Definition domain_0 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  everywhere p.

Lemma convex_domain_0 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : convex_set (domain_0 n_d n_n p_X p_y).
Proof. cbv [convex_set domain_0 everywhere mix]. intros p q t Dp Dq Ht. convex_facts. Qed.

Lemma form_1 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  forall p v, (domain_0 n_d n_n p_X p_y) p -> 0 <= ev p v (D (D (Sm n_n (fun i0 => (Ln (Add (Cst 1) (Exp (Vr 0%nat i0 0%nat)))))))).
Proof.
  intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). clear Hp. 
  apply (ge0_eq _ (Sum n_n (fun i0 => (((- 1) * ((v 0%nat i0 0%nat) ^ 2) * ((exp (p 0%nat i0 0%nat)) ^ 2) * (/ ((1 + (exp (p 0%nat i0 0%nat))) ^ 2))) + (((v 0%nat i0 0%nat) ^ 2) * (/ (1 + (exp (p 0%nat i0 0%nat)))) * (exp (p 0%nat i0 0%nat))))))).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  first [match goal with _ : forall j1 : nat, (j1 < n_n)%nat -> 0 < (1 + (exp (p 0%nat j1 0%nat))) |- _ => idtac end | let N := fresh "N" in assert (N : forall j1 : nat, (j1 < n_n)%nat -> 0 < (1 + (exp (p 0%nat j1 0%nat)))) by (intros j1 J1; assert (Q0 : 0 < (exp (p 0%nat j1 0%nat))) by (assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra); lra)].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  set (A0 := (Sum n_n (fun i0 => (((v 0%nat i0 0%nat) ^ 2) * ((exp (p 0%nat i0 0%nat)) ^ 2) * (/ ((1 + (exp (p 0%nat i0 0%nat))) ^ 2)))))) in *.
  set (A1 := (Sum n_n (fun i0 => (((v 0%nat i0 0%nat) ^ 2) * (/ (1 + (exp (p 0%nat i0 0%nat)))) * (exp (p 0%nat i0 0%nat)))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with (((- 1)) * A0 + (1) * A1) by (cbv delta [A0 A1]; gather; intros j1 J1; cbv beta; first [match goal with _ : 0 < (1 + (exp (p 0%nat j1 0%nat))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (1 + (exp (p 0%nat j1 0%nat)))) by (assert (Q0 : 0 < (exp (p 0%nat j1 0%nat))) by (assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra); lra)];   unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A_0 := exp (p 0%nat j1 0%nat)); assert (PA_0 : 0 < A_0) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_0)) by (cbv delta [A_0]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_0) X_0;   clear X_0; clearbody A_0;   field; nonzero) end.
  first [match goal with _ : forall j1 : nat, (j1 < n_n)%nat -> 0 < (1 + (exp (p 0%nat j1 0%nat))) |- _ => idtac end | let N := fresh "N" in assert (N : forall j1 : nat, (j1 < n_n)%nat -> 0 < (1 + (exp (p 0%nat j1 0%nat)))) by (intros j1 J1; assert (Q0 : 0 < (exp (p 0%nat j1 0%nat))) by (assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra); lra)].
  first [match goal with _ : 0 < (Sum n_n (fun i0 => (ln (1 + (exp (p 0%nat i0 0%nat)))))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (ln (1 + (exp (p 0%nat i0 0%nat))))))) by (apply Sum_gt0; [lia|intros j1 J1; assert (Q0 : 1 < (1 + (exp (p 0%nat j1 0%nat)))) by (assert (Q1 : 0 < (exp (p 0%nat j1 0%nat))) by (assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra); lra); assert (Q2 : 0 < (1 + (exp (p 0%nat j1 0%nat)))) by (assert (Q3 : 0 < (exp (p 0%nat j1 0%nat))) by (assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra); lra); assert (Q : 0 < (ln (1 + (exp (p 0%nat j1 0%nat))))) by (apply ln_gt0; assumption); lra])].
  set (A2 := (Sum n_n (fun i0 => (ln (1 + (exp (p 0%nat i0 0%nat))))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A2) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; first [match goal with _ : 0 < (1 + (exp (p 0%nat j1 0%nat))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (1 + (exp (p 0%nat j1 0%nat)))) by (assert (Q0 : 0 < (exp (p 0%nat j1 0%nat))) by (assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra); lra)];   unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A_0 := exp (p 0%nat j1 0%nat)); assert (PA_0 : 0 < A_0) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_0)) by (cbv delta [A_0]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_0) X_0;   pose (A_1 := ln (1 + (A_0)));   assert (X_1 : ln (1 + (A_0)) = A_1) by (cbv delta [A_0 A_1]; f_equal; field; nonzero);   trade_ln (1 + (A_0)) A_1 X_1;   clear X_0 X_1; clearbody A_0 A_1;   field; nonzero) end.
  clearbody A0 A1 A2.
  field; nonzero. }
  apply Sum_ge0. intros j1 J1. apply (ge0_eq _ ((/ ((1 + (exp (p 0%nat j1 0%nat))) ^ 2)) * (exp (p 0%nat j1 0%nat)) * ((v 0%nat j1 0%nat) ^ 2))). { first [match goal with _ : 0 < (1 + (exp (p 0%nat j1 0%nat))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (1 + (exp (p 0%nat j1 0%nat)))) by (assert (Q0 : 0 < (exp (p 0%nat j1 0%nat))) by (assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra); lra)].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  pose (A_0 := exp (p 0%nat j1 0%nat)). assert (PA_0 : 0 < A_0) by apply exp_pos.
  assert (X_0 : exp (p 0%nat j1 0%nat) = (A_0)) by (cbv delta [A_0]; exponential).
  trade_exp (p 0%nat j1 0%nat) (A_0) X_0.
  clear X_0. clearbody A_0.
  field; nonzero. }
  assert (Q0 : 0 < (/ ((1 + (exp (p 0%nat j1 0%nat))) ^ 2))) by (assert (Q1 : 0 < ((1 + (exp (p 0%nat j1 0%nat))) ^ 2)) by (assert (Q2 : 0 < (1 + (exp (p 0%nat j1 0%nat)))) by (assert (Q3 : 0 < (exp (p 0%nat j1 0%nat))) by (assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra); lra); apply (even_gt0 (1 + (exp (p 0%nat j1 0%nat))) 1); lra); apply inv_pos; assumption); assert (Q4 : 0 < (exp (p 0%nat j1 0%nat))) by (assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra); assert (Q5 : 0 <= ((v 0%nat j1 0%nat) ^ 2)) by (pose proof (even_ge0 (v 0%nat j1 0%nat) 1); cbn [Nat.mul Nat.add] in *; lra); product.
Qed.

Lemma second_order_2 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  convex_on (domain_0 n_d n_n p_X p_y) (fun p => (Sum n_n (fun i0 => (ln (1 + (exp (p 0%nat i0 0%nat))))))).
Proof.
  change (convex_on (domain_0 n_d n_n p_X p_y) (value (Sm n_n (fun i0 => (Ln (Add (Cst 1) (Exp (Vr 0%nat i0 0%nat)))))))).
  apply second_order.
  - cbv [still]; tauto.
  - exact (convex_domain_0 n_d n_n p_X p_y G).
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). clear Hp. first [match goal with _ : forall j1 : nat, (j1 < n_n)%nat -> 0 < (1 + (exp (p 0%nat j1 0%nat))) |- _ => idtac end | let N := fresh "N" in assert (N : forall j1 : nat, (j1 < n_n)%nat -> 0 < (1 + (exp (p 0%nat j1 0%nat)))) by (intros j1 J1; assert (Q0 : 0 < (exp (p 0%nat j1 0%nat))) by (assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra); lra)]. cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (form_1 n_d n_n p_X p_y G).
Qed.

Definition slots_3 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R)  (p : point) : point :=
  fun k i j => match k with | 0%nat => (fun j1 => ((- 1) * (p_y j1) * (Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))))) i | _ => 0 end.

Lemma range_4 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  forall p, (dom n_d n_n p_X p_y) p -> (domain_0 n_d n_n p_X p_y) (slots_3 n_d n_n p_X p_y p).
Proof.
  intros p Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). clear Hp. cbv [domain_0 slots_3 everywhere]. exact I.
  
Qed.

Lemma composition_5 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  convex_on (dom n_d n_n p_X p_y) (fun p => (Sum n_n (fun i0 => (ln (1 + (exp ((- 1) * (p_y i0) * (Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat))))))))))).
Proof.
  apply (convex_ext _ (fun p => (fun p => (Sum n_n (fun i0 => (ln (1 + (exp (p 0%nat i0 0%nat))))))) ((slots_3 n_d n_n p_X p_y) p))); [intros p _; first [solve [change (((fun p => (Sum n_n (fun i0 => (ln (1 + (exp (p 0%nat i0 0%nat))))))) ((slots_3 n_d n_n p_X p_y) p)) = (Sum n_n (fun i0 => (ln (1 + (exp ((- 1) * (p_y i0) * (Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat))))))))))); cbv [slots_3]; apply Sum_ext; intros j1 J1; cbv beta; transitivity (ln (1 + (exp ((- 1) * (p_y j1) * (Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))))))); [apply (f_equal ln); apply (f_equal2 Rplus); [first [reflexivity | reorder] | apply (f_equal exp); first [reflexivity | reorder]] | first [reflexivity | ring | reorder]]] | solve [reorder]]|].
  apply (precomposition (dom n_d n_n p_X p_y) (domain_0 n_d n_n p_X p_y) (fun p => (Sum n_n (fun i0 => (ln (1 + (exp (p 0%nat i0 0%nat))))))) (slots_3 n_d n_n p_X p_y)).
  - exact (convex_dom n_d n_n p_X p_y G).
  - exact (range_4 n_d n_n p_X p_y G).
  - exact (second_order_2 n_d n_n p_X p_y G).
  - intros p q t Dp Dq Ht k i j. cbv [slots_3 mix]. slot_cases; affine_sums.
Qed.

Theorem verdict : forall (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R), given n_d n_n p_X p_y -> convex_on (dom n_d n_n p_X p_y) (f n_d n_n p_X p_y).
Proof. intros n_d n_n p_X p_y G. exact (composition_5 n_d n_n p_X p_y G). Qed.
