From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Expr Rules Signs Forms Steps Kinks.
Open Scope R_scope.

(* claim      convex
   function   Sum(i < n, x[i]**2)/y
   variables  x[n], y
   sizes      n >= 1
   domain     y > 0 *)
Definition v_x (p : point) (i : nat) : R := p 0%nat i 0%nat.
Definition v_y (p : point) : R := p 1%nat 0%nat 0%nat.
Definition given (n_n : nat) : Prop :=
  (1 <= n_n)%nat.
Definition dom (n_n : nat) (p : point) : Prop :=
  (0 < (v_y p)).
Definition f (n_n : nat) (p : point) : R := ((Sum n_n (fun i0 => ((v_x p i0) ^ 2))) * (/ (v_y p))).

Lemma convex_dom (n_n : nat) (G : given n_n) : convex_set (dom n_n).
Proof. cbv [convex_set dom everywhere mix v_x v_y]. intros p q t Dp Dq Ht. convex_facts. Qed.

Lemma form_0 (n_n : nat) (G : given n_n) :
  forall p v, (dom n_n) p -> 0 <= ev p v (D (D (Mul (Sm n_n (fun i0 => (Pow (Vr 0%nat i0 0%nat) 2%nat))) (Inv (Vr 1%nat 0%nat 0%nat))))).
Proof.
  intros p v Hp. assert (H := G). cbv [given] in H. rename H into L0. cbv [dom v_x v_y] in Hp. rename Hp into F0. 
  apply (ge0_eq _ (2 * (/ ((p 1%nat 0%nat 0%nat) ^ 3)) * (((Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2))) * ((v 1%nat 0%nat 0%nat) ^ 2)) + ((- 2) * (p 1%nat 0%nat 0%nat) * (v 1%nat 0%nat 0%nat) * (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) * (v 0%nat i0 0%nat))))) + (((p 1%nat 0%nat 0%nat) ^ 2) * (Sum n_n (fun i0 => ((v 0%nat i0 0%nat) ^ 2))))))).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  first [match goal with _ : 0 < (p 1%nat 0%nat 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra)].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  set (A0 := (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) * (v 0%nat i0 0%nat))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((2) * A0) by (cbv delta [A0]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  set (A1 := (Sum n_n (fun i0 => ((v 0%nat i0 0%nat) ^ 2)))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((2) * A1) by (cbv delta [A0 A1]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  set (A2 := (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2)))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A2) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A0) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A1) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  clearbody A0 A1 A2.
  field; nonzero. }
  apply mul_pp. { apply mul_pp. { lra. } { assert (Q0 : 0 < ((p 1%nat 0%nat 0%nat) ^ 3)) by (assert (Q1 : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra); apply pow_lt; lra); apply Rlt_le, inv_pos; assumption. } } { apply (ge0_eq _ (Sum n_n (fun j1 => ((p 1%nat 0%nat 0%nat) ^ 2) * (v 0%nat j1 0%nat) ^ 2) + (fun L => 0 * (L * L) + 2 * (((- 1) * (p 1%nat 0%nat 0%nat)) * (L * (v 1%nat 0%nat 0%nat))) + (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2))) * ((v 1%nat 0%nat 0%nat) * (v 1%nat 0%nat 0%nat))) (Sum n_n (fun j1 => ((p 1%nat 0%nat 0%nat) ^ 2) * ((p 0%nat j1 0%nat) * (/ ((p 1%nat 0%nat 0%nat) ^ 2))) * (v 0%nat j1 0%nat))))). { cbv beta. unfold form3. first [match goal with _ : 0 < (p 1%nat 0%nat 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra)].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  set (A0 := (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2)))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A0) by (cbv delta [A0]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  set (A1 := (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) * (v 0%nat i0 0%nat))))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A1) by (cbv delta [A0 A1]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  set (A2 := (Sum n_n (fun i0 => ((v 0%nat i0 0%nat) ^ 2)))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A2) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A1) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; first [match goal with _ : 0 < (p 1%nat 0%nat 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra)];   unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1 * ((p 1%nat 0%nat 0%nat) ^ 2)) * A2) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  clearbody A0 A1 A2.
  field; nonzero. }
  refine (low_rank n_n (fun j1 => ((p 1%nat 0%nat 0%nat) ^ 2)) (fun j1 => ((p 0%nat j1 0%nat) * (/ ((p 1%nat 0%nat 0%nat) ^ 2)))) (fun j1 => (v 0%nat j1 0%nat)) (fun L => 0 * (L * L) + 2 * (((- 1) * (p 1%nat 0%nat 0%nat)) * (L * (v 1%nat 0%nat 0%nat))) + (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2))) * ((v 1%nat 0%nat 0%nat) * (v 1%nat 0%nat 0%nat))) _ _). { intros j1 J1. pose proof (even_ge0 (p 1%nat 0%nat 0%nat) 1); cbn [Nat.mul Nat.add] in *; lra. }
  cbv zeta beta. intros s. first [match goal with _ : 0 < (p 1%nat 0%nat 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra)].
  assert (EG : Sum n_n (fun j1 => ((p 1%nat 0%nat 0%nat) ^ 2) * ((p 0%nat j1 0%nat) * (/ ((p 1%nat 0%nat 0%nat) ^ 2))) ^ 2) = (Sum n_n (fun i0 => (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 0%nat i0 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2))))) by (first [reflexivity | apply Sum_ext; intros; first [ring | field; nonzero | reorder]]). try rewrite EG.
  apply (ge0_eq _ (((Sum n_n (fun i0 => (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 0%nat i0 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2)))) + (0 * ((Sum n_n (fun i0 => (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 0%nat i0 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2)))) ^ 2))) * (s * s) + 2 * (((- 1) * (p 1%nat 0%nat 0%nat) * (Sum n_n (fun i0 => (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 0%nat i0 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2))))) * (s * (v 1%nat 0%nat 0%nat))) + (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2))) * ((v 1%nat 0%nat 0%nat) * (v 1%nat 0%nat 0%nat)))). { unfold form3. first [ring | field; nonzero]. }
  apply minors2.
  { first [match goal with _ : 0 < (p 1%nat 0%nat 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra)]. apply (ge0_eq _ ((Sum n_n (fun i0 => (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 0%nat i0 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2)))) + (0 * ((Sum n_n (fun i0 => (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 0%nat i0 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2)))) ^ 2)))). { unfold det3; first [reflexivity | ring | field; nonzero]. }
  assert (Q0 : 0 <= (Sum n_n (fun i0 => (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 0%nat i0 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2))))) by (apply Sum_ge0; intros j1 J1; replace (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 0%nat j1 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2)) with (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2) * ((p 0%nat j1 0%nat) ^ 2)) by (first [ring | reorder]); assert (Q1 : 0 < ((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2)) by (assert (Q2 : 0 < (/ ((p 1%nat 0%nat 0%nat) ^ 2))) by (assert (Q3 : 0 < ((p 1%nat 0%nat 0%nat) ^ 2)) by (assert (Q4 : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra); apply (even_gt0 (p 1%nat 0%nat 0%nat) 1); lra); apply inv_pos; assumption); apply (even_gt0 (/ ((p 1%nat 0%nat 0%nat) ^ 2)) 1); lra); assert (Q5 : 0 < ((p 1%nat 0%nat 0%nat) ^ 2)) by (assert (Q6 : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra); apply (even_gt0 (p 1%nat 0%nat 0%nat) 1); lra); assert (Q7 : 0 <= ((p 0%nat j1 0%nat) ^ 2)) by (pose proof (even_ge0 (p 0%nat j1 0%nat) 1); cbn [Nat.mul Nat.add] in *; lra); product); lra. }
  {  apply (ge0_eq _ (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2)))). { unfold det3; first [reflexivity | ring | field; nonzero]. }
  apply Sum_ge0; intros j1 J1; pose proof (even_ge0 (p 0%nat j1 0%nat) 1); cbn [Nat.mul Nat.add] in *; lra. }
  { first [match goal with _ : 0 < (p 1%nat 0%nat 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra)]. apply (ge0_eq _ (((- 1) * ((Sum n_n (fun i0 => (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 0%nat i0 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2)))) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2)) + ((Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2))) * ((Sum n_n (fun i0 => (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 0%nat i0 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2)))) + (0 * ((Sum n_n (fun i0 => (((/ ((p 1%nat 0%nat 0%nat) ^ 2)) ^ 2) * ((p 0%nat i0 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2)))) ^ 2)))))). { unfold det3; first [reflexivity | ring | field; nonzero]. }
  apply (ge0_eq _ 0). { first [match goal with _ : 0 < (p 1%nat 0%nat 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra)].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  set (A0 := (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2)))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1 * (/ ((p 1%nat 0%nat 0%nat) ^ 2))) * A0) by (cbv delta [A0]; gather; intros j1 J1; cbv beta; first [match goal with _ : 0 < (p 1%nat 0%nat 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra)];   unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A0) by (cbv delta [A0]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  clearbody A0.
  field; nonzero. }
  lra. } }
Qed.

Lemma second_order_1 (n_n : nat) (G : given n_n) :
  convex_on (dom n_n) (fun p => ((Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2))) * (/ (p 1%nat 0%nat 0%nat)))).
Proof.
  change (convex_on (dom n_n) (value (Mul (Sm n_n (fun i0 => (Pow (Vr 0%nat i0 0%nat) 2%nat))) (Inv (Vr 1%nat 0%nat 0%nat))))).
  apply second_order.
  - cbv [still]; tauto.
  - exact (convex_dom n_n G).
  - intros p v Hp. assert (H := G). cbv [given] in H. rename H into L0. cbv [dom v_x v_y] in Hp. rename Hp into F0. first [match goal with _ : 0 < (p 1%nat 0%nat 0%nat) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (p 1%nat 0%nat 0%nat)) by (clear - F0; lra)]. cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (form_0 n_n G).
Qed.

Theorem verdict : forall (n_n : nat), given n_n -> convex_on (dom n_n) (f n_n).
Proof. intros n_n G. exact (second_order_1 n_n G). Qed.
