From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Expr Rules Signs Forms Steps Kinks.
Open Scope R_scope.

(* claim      convex
   function   y*x**3 + 2*x**2*y**2 + y**4 + x**4 + z**4 + x**2*z**2
   variables  x, y, z *)
Definition v_x (p : point) : R := p 0%nat 0%nat 0%nat.
Definition v_y (p : point) : R := p 1%nat 0%nat 0%nat.
Definition v_z (p : point) : R := p 2%nat 0%nat 0%nat.
Definition dom (p : point) : Prop :=
  everywhere p.
Definition f (p : point) : R := (((v_y p) * ((v_x p) ^ 3)) + (2 * ((v_x p) ^ 2) * ((v_y p) ^ 2)) + ((v_y p) ^ 4) + ((v_x p) ^ 4) + ((v_z p) ^ 4) + (((v_x p) ^ 2) * ((v_z p) ^ 2))).

(* Of the certificate this script does not state
   strictness: always *)

Lemma convex_dom : convex_set (dom).
Proof. cbv [convex_set dom everywhere mix v_x v_y v_z]. intros p q t Dp Dq Ht. convex_facts. Qed.

Lemma form_0 :
  forall p v, (dom) p -> 0 <= ev p v (D (D (Add (Add (Add (Add (Add (Mul (Vr 1%nat 0%nat 0%nat) (Pow (Vr 0%nat 0%nat 0%nat) 3%nat)) (Mul (Mul (Cst 2) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)) (Pow (Vr 1%nat 0%nat 0%nat) 2%nat))) (Pow (Vr 1%nat 0%nat 0%nat) 4%nat)) (Pow (Vr 0%nat 0%nat 0%nat) 4%nat)) (Pow (Vr 2%nat 0%nat 0%nat) 4%nat)) (Mul (Pow (Vr 0%nat 0%nat 0%nat) 2%nat) (Pow (Vr 2%nat 0%nat 0%nat) 2%nat))))).
Proof.
  intros p v Hp. clear Hp. 
  apply (ge0_eq _ ((8 * (p 0%nat 0%nat 0%nat) * (p 1%nat 0%nat 0%nat) * (v 0%nat 0%nat 0%nat) * (v 1%nat 0%nat 0%nat)) + (8 * (p 0%nat 0%nat 0%nat) * (p 1%nat 0%nat 0%nat) * (v 0%nat 0%nat 0%nat) * (v 1%nat 0%nat 0%nat)) + (12 * ((v 2%nat 0%nat 0%nat) ^ 2) * ((p 2%nat 0%nat 0%nat) ^ 2)) + (4 * (p 0%nat 0%nat 0%nat) * (p 2%nat 0%nat 0%nat) * (v 0%nat 0%nat 0%nat) * (v 2%nat 0%nat 0%nat)) + (4 * (p 0%nat 0%nat 0%nat) * (p 2%nat 0%nat 0%nat) * (v 0%nat 0%nat 0%nat) * (v 2%nat 0%nat 0%nat)) + (6 * (p 0%nat 0%nat 0%nat) * (p 1%nat 0%nat 0%nat) * ((v 0%nat 0%nat 0%nat) ^ 2)) + (4 * ((v 1%nat 0%nat 0%nat) ^ 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) + (2 * ((v 2%nat 0%nat 0%nat) ^ 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) + (2 * ((v 0%nat 0%nat 0%nat) ^ 2) * ((p 2%nat 0%nat 0%nat) ^ 2)) + (4 * ((p 1%nat 0%nat 0%nat) ^ 2) * ((v 0%nat 0%nat 0%nat) ^ 2)) + (12 * ((p 0%nat 0%nat 0%nat) ^ 2) * ((v 0%nat 0%nat 0%nat) ^ 2)) + (12 * ((v 1%nat 0%nat 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2)) + (3 * (v 0%nat 0%nat 0%nat) * (v 1%nat 0%nat 0%nat) * ((p 0%nat 0%nat 0%nat) ^ 2)) + (3 * (v 0%nat 0%nat 0%nat) * (v 1%nat 0%nat 0%nat) * ((p 0%nat 0%nat 0%nat) ^ 2)))).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  field; nonzero. }
  assert (W0 : 0 <= 1). { lra. }
  assert (W1 : 0 <= 1). { lra. }
  apply (ge0_eq _ (0 + (1 * (12 * ((((1 / 3) * (p 0%nat 0%nat 0%nat) * (v 0%nat 0%nat 0%nat)) + ((p 2%nat 0%nat 0%nat) * (v 2%nat 0%nat 0%nat))) ^ 2)) + 1 * (12 * ((((1 / 2) * (p 0%nat 0%nat 0%nat) * (v 0%nat 0%nat 0%nat)) + ((p 1%nat 0%nat 0%nat) * (v 1%nat 0%nat 0%nat))) ^ 2)) + 1 * (4 * ((((3 / 4) * (p 0%nat 0%nat 0%nat) * (v 0%nat 0%nat 0%nat)) + ((1 / 2) * (p 0%nat 0%nat 0%nat) * (v 1%nat 0%nat 0%nat)) + ((p 1%nat 0%nat 0%nat) * (v 0%nat 0%nat 0%nat))) ^ 2)) + 1 * (3 * ((((1 / 2) * (p 0%nat 0%nat 0%nat) * (v 0%nat 0%nat 0%nat)) + ((p 0%nat 0%nat 0%nat) * (v 1%nat 0%nat 0%nat))) ^ 2)) + 1 * ((14 / 3) * (((p 0%nat 0%nat 0%nat) * (v 0%nat 0%nat 0%nat)) ^ 2)) + 1 * (2 * (((p 2%nat 0%nat 0%nat) * (v 0%nat 0%nat 0%nat)) ^ 2)) + 1 * (2 * (((p 0%nat 0%nat 0%nat) * (v 2%nat 0%nat 0%nat)) ^ 2))))). { unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  field; nonzero. }
  squares.
Qed.

Lemma second_order_1 :
  convex_on (dom) (fun p => (((p 1%nat 0%nat 0%nat) * ((p 0%nat 0%nat 0%nat) ^ 3)) + (2 * ((p 0%nat 0%nat 0%nat) ^ 2) * ((p 1%nat 0%nat 0%nat) ^ 2)) + ((p 1%nat 0%nat 0%nat) ^ 4) + ((p 0%nat 0%nat 0%nat) ^ 4) + ((p 2%nat 0%nat 0%nat) ^ 4) + (((p 0%nat 0%nat 0%nat) ^ 2) * ((p 2%nat 0%nat 0%nat) ^ 2)))).
Proof.
  change (convex_on (dom) (value (Add (Add (Add (Add (Add (Mul (Vr 1%nat 0%nat 0%nat) (Pow (Vr 0%nat 0%nat 0%nat) 3%nat)) (Mul (Mul (Cst 2) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)) (Pow (Vr 1%nat 0%nat 0%nat) 2%nat))) (Pow (Vr 1%nat 0%nat 0%nat) 4%nat)) (Pow (Vr 0%nat 0%nat 0%nat) 4%nat)) (Pow (Vr 2%nat 0%nat 0%nat) 4%nat)) (Mul (Pow (Vr 0%nat 0%nat 0%nat) 2%nat) (Pow (Vr 2%nat 0%nat 0%nat) 2%nat))))).
  apply second_order.
  - cbv [still]; tauto.
  - exact (convex_dom).
  - intros p v Hp. clear Hp.  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (form_0).
Qed.

Theorem verdict : convex_on (dom) (f).
Proof. exact (second_order_1). Qed.
