From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Expr Rules Signs Forms Steps Kinks.
Open Scope R_scope.

(* claim      convex
   function   log(Sum(i < n, exp(x[i])))
   variables  x[n]
   sizes      n >= 1 *)
Definition v_x (p : point) (i : nat) : R := p 0%nat i 0%nat.
Definition given (n_n : nat) : Prop :=
  (1 <= n_n)%nat.
Definition dom (n_n : nat) (p : point) : Prop :=
  everywhere p.
Definition f (n_n : nat) (p : point) : R := (ln (Sum n_n (fun i0 => (exp (v_x p i0))))).

Lemma convex_dom (n_n : nat) (G : given n_n) : convex_set (dom n_n).
Proof. cbv [convex_set dom everywhere mix v_x]. intros p q t Dp Dq Ht. convex_facts. Qed.

Lemma form_0 (n_n : nat) (G : given n_n) :
  forall p v, (dom n_n) p -> 0 <= ev p v (D (D (Ln (Sm n_n (fun i0 => (Exp (Vr 0%nat i0 0%nat))))))).
Proof.
  intros p v Hp. assert (H := G). cbv [given] in H. rename H into L0. clear Hp. 
  apply (ge0_eq _ ((/ ((Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) ^ 2)) * (((Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) * (Sum n_n (fun i0 => (((v 0%nat i0 0%nat) ^ 2) * (exp (p 0%nat i0 0%nat)))))) + ((- 1) * ((Sum n_n (fun i0 => ((v 0%nat i0 0%nat) * (exp (p 0%nat i0 0%nat))))) ^ 2))))).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j1 J1; assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra])].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  set (A0 := (Sum n_n (fun i0 => (((v 0%nat i0 0%nat) ^ 2) * (exp (p 0%nat i0 0%nat)))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A0) by (cbv delta [A0]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A_0 := exp (p 0%nat j1 0%nat)); assert (PA_0 : 0 < A_0) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_0)) by (cbv delta [A_0]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_0) X_0;   clear X_0; clearbody A_0;   field; nonzero) end.
  first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j1 J1; assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra])].
  set (A1 := (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A1) by (cbv delta [A0 A1]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A_0 := exp (p 0%nat j1 0%nat)); assert (PA_0 : 0 < A_0) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_0)) by (cbv delta [A_0]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_0) X_0;   clear X_0; clearbody A_0;   field; nonzero) end.
  set (A2 := (Sum n_n (fun i0 => ((v 0%nat i0 0%nat) * (exp (p 0%nat i0 0%nat)))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A2) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A_0 := exp (p 0%nat j1 0%nat)); assert (PA_0 : 0 < A_0) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_0)) by (cbv delta [A_0]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_0) X_0;   clear X_0; clearbody A_0;   field; nonzero) end.
  pose (A3 := ln ((1) * A1)).
  assert (X0 : ln ((1) * A1) = A3) by (cbv delta [A0 A1 A2 A3]; f_equal; field; nonzero).
  trade_ln ((1) * A1) A3 X0.
  clear X0. clearbody A0 A1 A2 A3.
  field; nonzero. }
  apply mul_pp. { assert (Q0 : 0 < ((Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) ^ 2)) by (assert (Q1 : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j1 J1; assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra]); apply (even_gt0 (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) 1); lra); apply Rlt_le, inv_pos; assumption. } { apply (ge0_eq _ (Sum n_n (fun j1 => ((Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) * (exp (p 0%nat j1 0%nat))) * (v 0%nat j1 0%nat) ^ 2) + (fun L => (- 1) * (L * L)) (Sum n_n (fun j1 => ((Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) * (exp (p 0%nat j1 0%nat))) * (/ (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) * (v 0%nat j1 0%nat))))). { cbv beta. unfold form3. first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j1 J1; assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra])].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j1 J1; assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra])].
  set (A0 := (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A0) by (cbv delta [A0]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A_0 := exp (p 0%nat j1 0%nat)); assert (PA_0 : 0 < A_0) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_0)) by (cbv delta [A_0]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_0) X_0;   clear X_0; clearbody A_0;   field; nonzero) end.
  set (A1 := (Sum n_n (fun i0 => (((v 0%nat i0 0%nat) ^ 2) * (exp (p 0%nat i0 0%nat)))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A1) by (cbv delta [A0 A1]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A_0 := exp (p 0%nat j1 0%nat)); assert (PA_0 : 0 < A_0) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_0)) by (cbv delta [A_0]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_0) X_0;   clear X_0; clearbody A_0;   field; nonzero) end.
  set (A2 := (Sum n_n (fun i0 => ((v 0%nat i0 0%nat) * (exp (p 0%nat i0 0%nat)))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A2) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A_0 := exp (p 0%nat j1 0%nat)); assert (PA_0 : 0 < A_0) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_0)) by (cbv delta [A_0]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_0) X_0;   clear X_0; clearbody A_0;   field; nonzero) end.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A2) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j2 J2; assert (Q : 0 < (exp (p 0%nat j2 0%nat))) by (apply exp_pos); lra])];   unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j2 J2; assert (Q : 0 < (exp (p 0%nat j2 0%nat))) by (apply exp_pos); lra])];   set (A_0 := (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) in *;   repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A_0) by (cbv delta [A_0]; gather; intros j2 J2; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A__0 := exp (p 0%nat j2 0%nat)); assert (PA__0 : 0 < A__0) by apply exp_pos;   assert (X__0 : exp (p 0%nat j2 0%nat) = (A__0)) by (cbv delta [A__0]; exponential);   trade_exp (p 0%nat j2 0%nat) (A__0) X__0;   clear X__0; clearbody A__0;   field; nonzero) end;   pose (A_1 := exp (p 0%nat j1 0%nat)); assert (PA_1 : 0 < A_1) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_1)) by (cbv delta [A_0 A_1]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_1) X_0;   clear X_0; clearbody A_0 A_1;   field; nonzero) end.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1 * ((1) * A0)) * A1) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j2 J2; assert (Q : 0 < (exp (p 0%nat j2 0%nat))) by (apply exp_pos); lra])];   set (A_0 := (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) in *;   repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A_0) by (cbv delta [A_0]; gather; intros j2 J2; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A__0 := exp (p 0%nat j2 0%nat)); assert (PA__0 : 0 < A__0) by apply exp_pos;   assert (X__0 : exp (p 0%nat j2 0%nat) = (A__0)) by (cbv delta [A__0]; exponential);   trade_exp (p 0%nat j2 0%nat) (A__0) X__0;   clear X__0; clearbody A__0;   field; nonzero) end;   pose (A_1 := exp (p 0%nat j1 0%nat)); assert (PA_1 : 0 < A_1) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_1)) by (cbv delta [A_0 A_1]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_1) X_0;   clear X_0; clearbody A_0 A_1;   field; nonzero) end.
  clearbody A0 A1 A2.
  field; nonzero. }
  refine (low_rank n_n (fun j1 => ((Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) * (exp (p 0%nat j1 0%nat)))) (fun j1 => (/ (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))))) (fun j1 => (v 0%nat j1 0%nat)) (fun L => (- 1) * (L * L)) _ _). { intros j1 J1. assert (Q0 : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j2 J2; assert (Q : 0 < (exp (p 0%nat j2 0%nat))) by (apply exp_pos); lra]); assert (Q1 : 0 < (exp (p 0%nat j1 0%nat))) by (assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra); product. }
  cbv zeta beta. intros s. first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j1 J1; assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra])].
  assert (EG : Sum n_n (fun j1 => ((Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) * (exp (p 0%nat j1 0%nat))) * (/ (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) ^ 2) = (Sum n_n (fun i0 => ((Sum n_n (fun i1 => (exp (p 0%nat i1 0%nat)))) * ((/ (Sum n_n (fun i1 => (exp (p 0%nat i1 0%nat))))) ^ 2) * (exp (p 0%nat i0 0%nat)))))) by (first [reflexivity | apply Sum_ext; intros; first [ring | field; nonzero | reorder]]). try rewrite EG.
  apply (ge0_eq _ ((((- 1) * ((Sum n_n (fun i0 => ((Sum n_n (fun i1 => (exp (p 0%nat i1 0%nat)))) * ((/ (Sum n_n (fun i1 => (exp (p 0%nat i1 0%nat))))) ^ 2) * (exp (p 0%nat i0 0%nat))))) ^ 2)) + (Sum n_n (fun i0 => ((Sum n_n (fun i1 => (exp (p 0%nat i1 0%nat)))) * ((/ (Sum n_n (fun i1 => (exp (p 0%nat i1 0%nat))))) ^ 2) * (exp (p 0%nat i0 0%nat)))))) * (s * s))). { unfold form3. first [ring | field; nonzero]. }
  apply minor1.
  { first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j1 J1; assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra])]. apply (ge0_eq _ (((- 1) * ((Sum n_n (fun i0 => ((Sum n_n (fun i1 => (exp (p 0%nat i1 0%nat)))) * ((/ (Sum n_n (fun i1 => (exp (p 0%nat i1 0%nat))))) ^ 2) * (exp (p 0%nat i0 0%nat))))) ^ 2)) + (Sum n_n (fun i0 => ((Sum n_n (fun i1 => (exp (p 0%nat i1 0%nat)))) * ((/ (Sum n_n (fun i1 => (exp (p 0%nat i1 0%nat))))) ^ 2) * (exp (p 0%nat i0 0%nat))))))). { unfold det3; first [reflexivity | ring | field; nonzero]. }
  apply (ge0_eq _ 0). { first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j1 J1; assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra])].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j1 J1; assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra])].
  set (A0 := (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A0) by (cbv delta [A0]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A_0 := exp (p 0%nat j1 0%nat)); assert (PA_0 : 0 < A_0) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_0)) by (cbv delta [A_0]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_0) X_0;   clear X_0; clearbody A_0;   field; nonzero) end.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1 * (/ ((1) * A0))) * A0) by (cbv delta [A0]; gather; intros j1 J1; cbv beta; first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j2 J2; assert (Q : 0 < (exp (p 0%nat j2 0%nat))) by (apply exp_pos); lra])];   unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j2 J2; assert (Q : 0 < (exp (p 0%nat j2 0%nat))) by (apply exp_pos); lra])];   set (A_0 := (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) in *;   repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A_0) by (cbv delta [A_0]; gather; intros j2 J2; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   pose (A__0 := exp (p 0%nat j2 0%nat)); assert (PA__0 : 0 < A__0) by apply exp_pos;   assert (X__0 : exp (p 0%nat j2 0%nat) = (A__0)) by (cbv delta [A__0]; exponential);   trade_exp (p 0%nat j2 0%nat) (A__0) X__0;   clear X__0; clearbody A__0;   field; nonzero) end;   pose (A_1 := exp (p 0%nat j1 0%nat)); assert (PA_1 : 0 < A_1) by apply exp_pos;   assert (X_0 : exp (p 0%nat j1 0%nat) = (A_1)) by (cbv delta [A_0 A_1]; exponential);   trade_exp (p 0%nat j1 0%nat) (A_1) X_0;   clear X_0; clearbody A_0 A_1;   field; nonzero) end.
  clearbody A0.
  field; nonzero. }
  lra. } }
Qed.

Lemma second_order_1 (n_n : nat) (G : given n_n) :
  convex_on (dom n_n) (fun p => (ln (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))))).
Proof.
  change (convex_on (dom n_n) (value (Ln (Sm n_n (fun i0 => (Exp (Vr 0%nat i0 0%nat))))))).
  apply second_order.
  - cbv [still]; tauto.
  - exact (convex_dom n_n G).
  - intros p v Hp. assert (H := G). cbv [given] in H. rename H into L0. clear Hp. first [match goal with _ : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat)))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (exp (p 0%nat i0 0%nat))))) by (apply Sum_gt0; [lia|intros j1 J1; assert (Q : 0 < (exp (p 0%nat j1 0%nat))) by (apply exp_pos); lra])]. cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (form_0 n_n G).
Qed.

Theorem verdict : forall (n_n : nat), given n_n -> convex_on (dom n_n) (f n_n).
Proof. intros n_n G. exact (second_order_1 n_n G). Qed.
