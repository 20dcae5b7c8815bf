From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Expr Rules Signs Forms Steps Kinks.
Open Scope R_scope.

(* claim      convex
   function   x**3 + y**3 - x*y
   variables  x, y
   domain     x - 1 >= 0
   domain     2 - x >= 0
   domain     y - 1 >= 0
   domain     2 - y >= 0 *)
Definition v_x (p : point) : R := p 0%nat 0%nat 0%nat.
Definition v_y (p : point) : R := p 1%nat 0%nat 0%nat.
Definition dom (p : point) : Prop :=
  (0 <= ((- 1) + (v_x p))) /\ (0 <= (2 + ((- 1) * (v_x p)))) /\ (0 <= ((- 1) + (v_y p))) /\ (0 <= (2 + ((- 1) * (v_y p)))).
Definition f (p : point) : R := (((v_x p) ^ 3) + ((v_y p) ^ 3) + ((- 1) * (v_x p) * (v_y p))).

(* Of the certificate this script does not state
   strictness: always
   modulus: 5 *)

Lemma convex_dom : convex_set (dom).
Proof. cbv [convex_set dom everywhere mix v_x v_y]. intros p q t Dp Dq Ht. convex_facts. Qed.

Definition inside_dom (p : point) : Prop :=
  (0 < ((- 1) + (p 0%nat 0%nat 0%nat))) /\ (0 < (2 + ((- 1) * (p 0%nat 0%nat 0%nat)))) /\ (0 < ((- 1) + (p 1%nat 0%nat 0%nat))) /\ (0 < (2 + ((- 1) * (p 1%nat 0%nat 0%nat)))).

Definition center_dom : point := fun k i j => match k with | 0%nat => (3 / 2) | 1%nat => (3 / 2) | _ => 0 end.

Lemma pulls_inside_dom : pulls (center_dom) (dom) (inside_dom).
Proof. cbv [pulls dom inside_dom center_dom everywhere mix v_x v_y Nat.eqb]. intros p s Dp Hs. pull_facts. Qed.

Lemma form_0 :
  forall p v, (inside_dom) p -> 0 <= ev p v (D (D (Add (Add (Pow (Vr 0%nat 0%nat 0%nat) 3%nat) (Pow (Vr 1%nat 0%nat 0%nat) 3%nat)) (Mul (Mul (Cst (- 1)) (Vr 0%nat 0%nat 0%nat)) (Vr 1%nat 0%nat 0%nat))))).
Proof.
  intros p v Hp. cbv [inside_dom v_x v_y] in Hp. destruct Hp as (F0 & F1 & F2 & F3). 
  apply (ge0_eq _ ((((v 0%nat 0%nat 0%nat) + ((- 1) * (v 1%nat 0%nat 0%nat))) ^ 2) + (((- 1) + (6 * (p 0%nat 0%nat 0%nat))) * ((v 0%nat 0%nat 0%nat) ^ 2)) + (((- 1) + (6 * (p 1%nat 0%nat 0%nat))) * ((v 1%nat 0%nat 0%nat) ^ 2)))).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  field; nonzero. }
  assert (Q0 : 0 <= (((v 0%nat 0%nat 0%nat) + ((- 1) * (v 1%nat 0%nat 0%nat))) ^ 2)) by (pose proof (even_ge0 ((v 0%nat 0%nat 0%nat) + ((- 1) * (v 1%nat 0%nat 0%nat))) 1); cbn [Nat.mul Nat.add] in *; lra); assert (Q1 : 0 <= (((- 1) + (6 * (p 0%nat 0%nat 0%nat))) * ((v 0%nat 0%nat 0%nat) ^ 2))) by (assert (Q2 : 0 < ((- 1) + (6 * (p 0%nat 0%nat 0%nat)))) by (clear - F0; lra); assert (Q3 : 0 <= ((v 0%nat 0%nat 0%nat) ^ 2)) by (pose proof (even_ge0 (v 0%nat 0%nat 0%nat) 1); cbn [Nat.mul Nat.add] in *; lra); product); assert (Q4 : 0 <= (((- 1) + (6 * (p 1%nat 0%nat 0%nat))) * ((v 1%nat 0%nat 0%nat) ^ 2))) by (assert (Q5 : 0 < ((- 1) + (6 * (p 1%nat 0%nat 0%nat)))) by (clear - F2; lra); assert (Q6 : 0 <= ((v 1%nat 0%nat 0%nat) ^ 2)) by (pose proof (even_ge0 (v 1%nat 0%nat 0%nat) 1); cbn [Nat.mul Nat.add] in *; lra); product); lra.
Qed.

Lemma second_order_1 :
  convex_on (dom) (fun p => (((p 0%nat 0%nat 0%nat) ^ 3) + ((p 1%nat 0%nat 0%nat) ^ 3) + ((- 1) * (p 0%nat 0%nat 0%nat) * (p 1%nat 0%nat 0%nat)))).
Proof.
  change (convex_on (dom) (value (Add (Add (Pow (Vr 0%nat 0%nat 0%nat) 3%nat) (Pow (Vr 1%nat 0%nat 0%nat) 3%nat)) (Mul (Mul (Cst (- 1)) (Vr 0%nat 0%nat 0%nat)) (Vr 1%nat 0%nat 0%nat))))).
  apply (second_order_closure (dom) (inside_dom) (center_dom)).
  - cbv [still]; tauto.
  - exact (convex_dom).
  - exact (pulls_inside_dom).
  - intros p v Hp. cbv [inside_dom v_x v_y] in Hp. destruct Hp as (F0 & F1 & F2 & F3).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - intros p v Hp. cbv [dom v_x v_y] in Hp. destruct Hp as (F0 & F1 & F2 & F3).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (form_0).
Qed.

Theorem verdict : convex_on (dom) (f).
Proof. exact (second_order_1). Qed.
