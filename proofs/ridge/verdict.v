From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Expr Rules Signs Forms Steps Kinks.
Open Scope R_scope.

(* claim      convex
   function   Sum(i < n, (Sum(j < d, X[i, j]*w[j]) - y[i])**2) + lam*Sum(i < d, w[i]**2)
   variables  w[d]
   parameters X[n, d], y[n], lam
   sizes      d >= 1, n >= 1
   given      lam > 0 *)
Definition v_w (p : point) (i : nat) : R := p 0%nat i 0%nat.
Definition given (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R) : Prop :=
  (1 <= n_d)%nat /\ (1 <= n_n)%nat /\ (0 < (p_lam)).
Definition dom (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R) (p : point) : Prop :=
  everywhere p.
Definition f (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R) (p : point) : R := ((Sum n_n (fun i0 => (((Sum n_d (fun i1 => ((p_X i0 i1) * (v_w p i1)))) + ((- 1) * (p_y i0))) ^ 2))) + ((p_lam) * (Sum n_d (fun i0 => ((v_w p i0) ^ 2))))).

(* Of the certificate this script does not state
   strictness: always
   modulus: 2*lam *)

Lemma convex_dom (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R) (G : given n_d n_n p_X p_y p_lam) : convex_set (dom n_d n_n p_X p_y p_lam).
Proof. cbv [convex_set dom everywhere mix v_w]. intros p q t Dp Dq Ht. convex_facts. Qed.

Definition domain_0 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R) (p : point) : Prop :=
  everywhere p.

Lemma convex_domain_0 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R) (G : given n_d n_n p_X p_y p_lam) : convex_set (domain_0 n_d n_n p_X p_y p_lam).
Proof. cbv [convex_set domain_0 everywhere mix]. intros p q t Dp Dq Ht. convex_facts. Qed.

Lemma form_1 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R) (G : given n_d n_n p_X p_y p_lam) :
  forall p v, (domain_0 n_d n_n p_X p_y p_lam) p -> 0 <= ev p v (D (D (Add (Mul (Cst (p_lam)) (Sm n_d (fun i0 => (Pow (Vr 1%nat i0 0%nat) 2%nat)))) (Sm n_n (fun i0 => (Pow (Vr 0%nat i0 0%nat) 2%nat)))))).
Proof.
  intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1 & G0). clear Hp. 
  apply (ge0_eq _ (((p_lam) * (Sum n_d (fun i0 => (2 * ((v 1%nat i0 0%nat) ^ 2))))) + (Sum n_n (fun i0 => (2 * ((v 0%nat i0 0%nat) ^ 2)))))).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  set (A0 := (Sum n_d (fun i0 => ((v 1%nat i0 0%nat) ^ 2)))) in *.
  repeat match goal with |- context [Sum n_d ?f] => replace (Sum n_d f) with ((2) * A0) by (cbv delta [A0]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  set (A1 := (Sum n_n (fun i0 => ((v 0%nat i0 0%nat) ^ 2)))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((2) * A1) by (cbv delta [A0 A1]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  set (A2 := (Sum n_d (fun i0 => ((p 1%nat i0 0%nat) ^ 2)))) in *.
  repeat match goal with |- context [Sum n_d ?f] => replace (Sum n_d f) with ((1) * A2) by (cbv delta [A0 A1 A2]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  set (A3 := (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2)))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A3) by (cbv delta [A0 A1 A2 A3]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  clearbody A0 A1 A2 A3.
  field; nonzero. }
  assert (Q0 : 0 <= ((p_lam) * (Sum n_d (fun i0 => (2 * ((v 1%nat i0 0%nat) ^ 2)))))) by (assert (Q1 : 0 < (p_lam)) by (clear - G0; lra); assert (Q2 : 0 <= (Sum n_d (fun i0 => (2 * ((v 1%nat i0 0%nat) ^ 2))))) by (apply Sum_ge0; intros j1 J1; assert (Q3 : 0 <= ((v 1%nat j1 0%nat) ^ 2)) by (pose proof (even_ge0 (v 1%nat j1 0%nat) 1); cbn [Nat.mul Nat.add] in *; lra); product); product); assert (Q4 : 0 <= (Sum n_n (fun i0 => (2 * ((v 0%nat i0 0%nat) ^ 2))))) by (apply Sum_ge0; intros j1 J1; assert (Q5 : 0 <= ((v 0%nat j1 0%nat) ^ 2)) by (pose proof (even_ge0 (v 0%nat j1 0%nat) 1); cbn [Nat.mul Nat.add] in *; lra); product); lra.
Qed.

Lemma second_order_2 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R) (G : given n_d n_n p_X p_y p_lam) :
  convex_on (domain_0 n_d n_n p_X p_y p_lam) (fun p => (((p_lam) * (Sum n_d (fun i0 => ((p 1%nat i0 0%nat) ^ 2)))) + (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2))))).
Proof.
  change (convex_on (domain_0 n_d n_n p_X p_y p_lam) (value (Add (Mul (Cst (p_lam)) (Sm n_d (fun i0 => (Pow (Vr 1%nat i0 0%nat) 2%nat)))) (Sm n_n (fun i0 => (Pow (Vr 0%nat i0 0%nat) 2%nat)))))).
  apply second_order.
  - cbv [still]; tauto.
  - exact (convex_domain_0 n_d n_n p_X p_y p_lam G).
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1 & G0). clear Hp.  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (form_1 n_d n_n p_X p_y p_lam G).
Qed.

Definition slots_3 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R)  (p : point) : point :=
  fun k i j => match k with | 0%nat => (fun j1 => ((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1)))) i | 1%nat => (fun j1 => (p 0%nat j1 0%nat)) i | _ => 0 end.

Lemma range_4 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R) (G : given n_d n_n p_X p_y p_lam) :
  forall p, (dom n_d n_n p_X p_y p_lam) p -> (domain_0 n_d n_n p_X p_y p_lam) (slots_3 n_d n_n p_X p_y p_lam p).
Proof.
  intros p Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1 & G0). clear Hp. cbv [domain_0 slots_3 everywhere]. exact I.
  
Qed.

Lemma composition_5 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R) (G : given n_d n_n p_X p_y p_lam) :
  convex_on (dom n_d n_n p_X p_y p_lam) (fun p => ((Sum n_n (fun i0 => (((Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat)))) + ((- 1) * (p_y i0))) ^ 2))) + ((p_lam) * (Sum n_d (fun i0 => ((p 0%nat i0 0%nat) ^ 2)))))).
Proof.
  apply (convex_ext _ (fun p => (fun p => (((p_lam) * (Sum n_d (fun i0 => ((p 1%nat i0 0%nat) ^ 2)))) + (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2))))) ((slots_3 n_d n_n p_X p_y p_lam) p))); [intros p _; first [solve [change (((fun p => (((p_lam) * (Sum n_d (fun i0 => ((p 1%nat i0 0%nat) ^ 2)))) + (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2))))) ((slots_3 n_d n_n p_X p_y p_lam) p)) = ((Sum n_n (fun i0 => (((Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat)))) + ((- 1) * (p_y i0))) ^ 2))) + ((p_lam) * (Sum n_d (fun i0 => ((p 0%nat i0 0%nat) ^ 2)))))); cbv [slots_3]; transitivity (((p_lam) * (Sum n_d (fun i0 => ((p 0%nat i0 0%nat) ^ 2)))) + (Sum n_n (fun i0 => (((Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat)))) + ((- 1) * (p_y i0))) ^ 2)))); [apply (f_equal2 Rplus); [apply (f_equal2 Rmult); [first [reflexivity | reorder] | apply Sum_ext; intros j1 J1; cbv beta; apply (f_equal (fun t => t ^ 2)); first [reflexivity | reorder]] | apply Sum_ext; intros j1 J1; cbv beta; transitivity (((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1))) ^ 2); [apply (f_equal (fun t => t ^ 2)); first [reflexivity | reorder] | first [reflexivity | ring | reorder]]] | first [reflexivity | ring | max_sorts | field; nonzero | reorder]]] | solve [reorder]]|].
  apply (precomposition (dom n_d n_n p_X p_y p_lam) (domain_0 n_d n_n p_X p_y p_lam) (fun p => (((p_lam) * (Sum n_d (fun i0 => ((p 1%nat i0 0%nat) ^ 2)))) + (Sum n_n (fun i0 => ((p 0%nat i0 0%nat) ^ 2))))) (slots_3 n_d n_n p_X p_y p_lam)).
  - exact (convex_dom n_d n_n p_X p_y p_lam G).
  - exact (range_4 n_d n_n p_X p_y p_lam G).
  - exact (second_order_2 n_d n_n p_X p_y p_lam G).
  - intros p q t Dp Dq Ht k i j. cbv [slots_3 mix]. slot_cases; affine_sums.
Qed.

Theorem verdict : forall (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p_lam : R), given n_d n_n p_X p_y p_lam -> convex_on (dom n_d n_n p_X p_y p_lam) (f n_d n_n p_X p_y p_lam).
Proof. intros n_d n_n p_X p_y p_lam G. exact (composition_5 n_d n_n p_X p_y p_lam G). Qed.
