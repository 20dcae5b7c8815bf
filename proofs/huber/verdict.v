From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Expr Rules Signs Forms Steps Kinks.
Open Scope R_scope.

(* claim      convex
   function   Sum(i < n, where(abs(Sum(j < d, X[i, j]*w[j]) - y[i]) <= 1, (Sum(j < d, X[i, j]*w[j]) - y[i])**2/2, abs(Sum(j < d, X[i, j]*w[j]) - y[i]) - 1/2))
   variables  w[d]
   parameters X[n, d], y[n]
   sizes      d >= 1, n >= 1 *)
Definition v_w (p : point) (i : nat) : R := p 0%nat i 0%nat.
Definition given (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) : Prop :=
  (1 <= n_d)%nat /\ (1 <= n_n)%nat.
Definition dom (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  everywhere p.
Definition f (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : R := (Sum n_n (fun i0 => (if (Rleb (Rabs ((Sum n_d (fun i1 => ((p_X i0 i1) * (v_w p i1)))) + ((- 1) * (p_y i0)))) 1) then ((1 / 2) * (((Sum n_d (fun i1 => ((p_X i0 i1) * (v_w p i1)))) + ((- 1) * (p_y i0))) ^ 2)) else ((- (1 / 2)) + (Rabs ((Sum n_d (fun i1 => ((p_X i0 i1) * (v_w p i1)))) + ((- 1) * (p_y i0)))))))).

Lemma convex_dom (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : convex_set (dom n_d n_n p_X p_y).
Proof. cbv [convex_set dom everywhere mix v_w]. intros p q t Dp Dq Ht. convex_facts. Qed.

Definition domain_0 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  everywhere p.

Lemma convex_domain_0 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : convex_set (domain_0 n_d n_n p_X p_y).
Proof. cbv [convex_set domain_0 everywhere mix]. intros p q t Dp Dq Ht. convex_facts. Qed.

Lemma affine_convex_1 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  convex_on (domain_0 n_d n_n p_X p_y) (fun p => (Sum n_n (fun i0 => (p 0%nat i0 0%nat)))).
Proof.
  assert (C := convex_domain_0 n_d n_n p_X p_y G). split; [exact C|]. intros p q t Dp Dq Ht. apply Req_le. cbv [mix]. affine_sums.
Qed.

Definition slots_2 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R)  (p : point) : point :=
  fun k i j => match k with | 0%nat => (fun j1 => (if (Rleb (Rabs ((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1)))) 1) then ((1 / 2) * (((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1))) ^ 2)) else ((- (1 / 2)) + (Rabs ((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1))))))) i | _ => 0 end.

Definition domain_3 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  everywhere p.

Lemma convex_domain_3 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : convex_set (domain_3 n_d n_n p_X p_y).
Proof. cbv [convex_set domain_3 everywhere mix]. intros p q t Dp Dq Ht. convex_facts. Qed.

Lemma order_4 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  (- 1) < 0.
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). assert (J : 0 < 1). { lra. } lra.
Qed.

Lemma order_5 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  0 < 1.
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). assert (J : 0 < 1). { lra. } lra.
Qed.

Definition domain_6 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  (0 <= ((- 1) + ((- 1) * (p 0%nat 0%nat 0%nat)))) /\ (0 <= ((- 1) * (p 0%nat 0%nat 0%nat))) /\ (0 <= (1 + ((- 1) * (p 0%nat 0%nat 0%nat)))).

Lemma convex_domain_6 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : convex_set (domain_6 n_d n_n p_X p_y).
Proof. cbv [convex_set domain_6 everywhere mix]. intros p q t Dp Dq Ht. convex_facts. Qed.

Definition inside_6 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  (0 < ((- 1) + ((- 1) * (p 0%nat 0%nat 0%nat)))) /\ (0 < ((- 1) * (p 0%nat 0%nat 0%nat))) /\ (0 < (1 + ((- 1) * (p 0%nat 0%nat 0%nat)))).

Definition center_6 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) : point := fun k i j => if Nat.eqb k 0%nat then ((- 1) - 1) else 0.

Lemma pulls_inside_6 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : pulls (center_6 n_d n_n p_X p_y) (domain_6 n_d n_n p_X p_y) (inside_6 n_d n_n p_X p_y).
Proof. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). let O := fresh "O" in assert (O := order_4 n_d n_n p_X p_y G). let O := fresh "O" in assert (O := order_5 n_d n_n p_X p_y G). cbv [pulls domain_6 inside_6 center_6 everywhere mix v_w Nat.eqb]. intros p s Dp Hs. pull_facts. Qed.

Lemma form_7 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p v, (inside_6 n_d n_n p_X p_y) p -> 0 <= ev p v (D (D (Add (Cst (- (1 / 2))) (Mul (Cst (- 1)) (Vr 0%nat 0%nat 0%nat))))).
Proof.
  intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [inside_6 v_w] in Hp. destruct Hp as (F0 & F1 & F2). 
  apply (ge0_eq _ 0).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  field; nonzero. }
  lra.
Qed.

Lemma second_order_8 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  convex_on (domain_6 n_d n_n p_X p_y) (fun p => ((- (1 / 2)) + ((- 1) * (p 0%nat 0%nat 0%nat)))).
Proof.
  change (convex_on (domain_6 n_d n_n p_X p_y) (value (Add (Cst (- (1 / 2))) (Mul (Cst (- 1)) (Vr 0%nat 0%nat 0%nat))))).
  apply (second_order_closure (domain_6 n_d n_n p_X p_y) (inside_6 n_d n_n p_X p_y) (center_6 n_d n_n p_X p_y)).
  - cbv [still]; tauto.
  - exact (convex_domain_6 n_d n_n p_X p_y G).
  - exact (pulls_inside_6 n_d n_n p_X p_y G).
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [inside_6 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_6 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (form_7 n_d n_n p_X p_y G j1 J1).
Qed.

Lemma same_9 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p, (domain_6 n_d n_n p_X p_y) p -> (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) p = (fun p => ((- (1 / 2)) + ((- 1) * (p 0%nat 0%nat 0%nat)))) p.
Proof.
  intros p Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_6 v_w] in Hp. destruct Hp as (F0 & F1 & F2). cbv beta. pieces ltac:(first [at_knot (p 0%nat 0%nat 0%nat) (- 1) | at_knot (p 0%nat 0%nat 0%nat) 0 | at_knot (p 0%nat 0%nat 0%nat) 1]).
Qed.

Definition domain_10 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  (0 <= (1 + (p 0%nat 0%nat 0%nat))) /\ (0 <= ((- 1) * (p 0%nat 0%nat 0%nat))) /\ (0 <= (1 + ((- 1) * (p 0%nat 0%nat 0%nat)))).

Lemma convex_domain_10 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : convex_set (domain_10 n_d n_n p_X p_y).
Proof. cbv [convex_set domain_10 everywhere mix]. intros p q t Dp Dq Ht. convex_facts. Qed.

Definition inside_10 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  (0 < (1 + (p 0%nat 0%nat 0%nat))) /\ (0 < ((- 1) * (p 0%nat 0%nat 0%nat))) /\ (0 < (1 + ((- 1) * (p 0%nat 0%nat 0%nat)))).

Definition center_10 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) : point := fun k i j => if Nat.eqb k 0%nat then (((- 1) + 0) / 2) else 0.

Lemma pulls_inside_10 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : pulls (center_10 n_d n_n p_X p_y) (domain_10 n_d n_n p_X p_y) (inside_10 n_d n_n p_X p_y).
Proof. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). let O := fresh "O" in assert (O := order_4 n_d n_n p_X p_y G). let O := fresh "O" in assert (O := order_5 n_d n_n p_X p_y G). cbv [pulls domain_10 inside_10 center_10 everywhere mix v_w Nat.eqb]. intros p s Dp Hs. pull_facts. Qed.

Lemma form_11 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p v, (inside_10 n_d n_n p_X p_y) p -> 0 <= ev p v (D (D (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)))).
Proof.
  intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [inside_10 v_w] in Hp. destruct Hp as (F0 & F1 & F2). 
  apply (ge0_eq _ ((v 0%nat 0%nat 0%nat) ^ 2)).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  field; nonzero. }
  pose proof (even_ge0 (v 0%nat 0%nat 0%nat) 1); cbn [Nat.mul Nat.add] in *; lra.
Qed.

Lemma second_order_12 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  convex_on (domain_10 n_d n_n p_X p_y) (fun p => ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2))).
Proof.
  change (convex_on (domain_10 n_d n_n p_X p_y) (value (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)))).
  apply (second_order_closure (domain_10 n_d n_n p_X p_y) (inside_10 n_d n_n p_X p_y) (center_10 n_d n_n p_X p_y)).
  - cbv [still]; tauto.
  - exact (convex_domain_10 n_d n_n p_X p_y G).
  - exact (pulls_inside_10 n_d n_n p_X p_y G).
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [inside_10 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_10 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (form_11 n_d n_n p_X p_y G j1 J1).
Qed.

Lemma same_13 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p, (domain_10 n_d n_n p_X p_y) p -> (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) p = (fun p => ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2))) p.
Proof.
  intros p Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_10 v_w] in Hp. destruct Hp as (F0 & F1 & F2). cbv beta. pieces ltac:(first [at_knot (p 0%nat 0%nat 0%nat) (- 1) | at_knot (p 0%nat 0%nat 0%nat) 0 | at_knot (p 0%nat 0%nat 0%nat) 1]).
Qed.

Definition domain_14 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  (0 <= (1 + (p 0%nat 0%nat 0%nat))) /\ (0 <= (p 0%nat 0%nat 0%nat)) /\ (0 <= (1 + ((- 1) * (p 0%nat 0%nat 0%nat)))).

Lemma convex_domain_14 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : convex_set (domain_14 n_d n_n p_X p_y).
Proof. cbv [convex_set domain_14 everywhere mix]. intros p q t Dp Dq Ht. convex_facts. Qed.

Definition inside_14 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  (0 < (1 + (p 0%nat 0%nat 0%nat))) /\ (0 < (p 0%nat 0%nat 0%nat)) /\ (0 < (1 + ((- 1) * (p 0%nat 0%nat 0%nat)))).

Definition center_14 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) : point := fun k i j => if Nat.eqb k 0%nat then ((0 + 1) / 2) else 0.

Lemma pulls_inside_14 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : pulls (center_14 n_d n_n p_X p_y) (domain_14 n_d n_n p_X p_y) (inside_14 n_d n_n p_X p_y).
Proof. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). let O := fresh "O" in assert (O := order_4 n_d n_n p_X p_y G). let O := fresh "O" in assert (O := order_5 n_d n_n p_X p_y G). cbv [pulls domain_14 inside_14 center_14 everywhere mix v_w Nat.eqb]. intros p s Dp Hs. pull_facts. Qed.

Lemma form_15 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p v, (inside_14 n_d n_n p_X p_y) p -> 0 <= ev p v (D (D (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)))).
Proof.
  intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [inside_14 v_w] in Hp. destruct Hp as (F0 & F1 & F2). 
  apply (ge0_eq _ ((v 0%nat 0%nat 0%nat) ^ 2)).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  field; nonzero. }
  pose proof (even_ge0 (v 0%nat 0%nat 0%nat) 1); cbn [Nat.mul Nat.add] in *; lra.
Qed.

Lemma second_order_16 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  convex_on (domain_14 n_d n_n p_X p_y) (fun p => ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2))).
Proof.
  change (convex_on (domain_14 n_d n_n p_X p_y) (value (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)))).
  apply (second_order_closure (domain_14 n_d n_n p_X p_y) (inside_14 n_d n_n p_X p_y) (center_14 n_d n_n p_X p_y)).
  - cbv [still]; tauto.
  - exact (convex_domain_14 n_d n_n p_X p_y G).
  - exact (pulls_inside_14 n_d n_n p_X p_y G).
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [inside_14 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_14 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (form_15 n_d n_n p_X p_y G j1 J1).
Qed.

Lemma same_17 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p, (domain_14 n_d n_n p_X p_y) p -> (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) p = (fun p => ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2))) p.
Proof.
  intros p Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_14 v_w] in Hp. destruct Hp as (F0 & F1 & F2). cbv beta. pieces ltac:(first [at_knot (p 0%nat 0%nat 0%nat) (- 1) | at_knot (p 0%nat 0%nat 0%nat) 0 | at_knot (p 0%nat 0%nat 0%nat) 1]).
Qed.

Definition domain_18 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  (0 <= (1 + (p 0%nat 0%nat 0%nat))) /\ (0 <= (p 0%nat 0%nat 0%nat)) /\ (0 <= ((- 1) + (p 0%nat 0%nat 0%nat))).

Lemma convex_domain_18 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : convex_set (domain_18 n_d n_n p_X p_y).
Proof. cbv [convex_set domain_18 everywhere mix]. intros p q t Dp Dq Ht. convex_facts. Qed.

Definition inside_18 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  (0 < (1 + (p 0%nat 0%nat 0%nat))) /\ (0 < (p 0%nat 0%nat 0%nat)) /\ (0 < ((- 1) + (p 0%nat 0%nat 0%nat))).

Definition center_18 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) : point := fun k i j => if Nat.eqb k 0%nat then (1 + 1) else 0.

Lemma pulls_inside_18 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : pulls (center_18 n_d n_n p_X p_y) (domain_18 n_d n_n p_X p_y) (inside_18 n_d n_n p_X p_y).
Proof. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). let O := fresh "O" in assert (O := order_4 n_d n_n p_X p_y G). let O := fresh "O" in assert (O := order_5 n_d n_n p_X p_y G). cbv [pulls domain_18 inside_18 center_18 everywhere mix v_w Nat.eqb]. intros p s Dp Hs. pull_facts. Qed.

Lemma form_19 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p v, (inside_18 n_d n_n p_X p_y) p -> 0 <= ev p v (D (D (Add (Cst (- (1 / 2))) (Vr 0%nat 0%nat 0%nat)))).
Proof.
  intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [inside_18 v_w] in Hp. destruct Hp as (F0 & F1 & F2). 
  apply (ge0_eq _ 0).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  field; nonzero. }
  lra.
Qed.

Lemma second_order_20 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  convex_on (domain_18 n_d n_n p_X p_y) (fun p => ((- (1 / 2)) + (p 0%nat 0%nat 0%nat))).
Proof.
  change (convex_on (domain_18 n_d n_n p_X p_y) (value (Add (Cst (- (1 / 2))) (Vr 0%nat 0%nat 0%nat)))).
  apply (second_order_closure (domain_18 n_d n_n p_X p_y) (inside_18 n_d n_n p_X p_y) (center_18 n_d n_n p_X p_y)).
  - cbv [still]; tauto.
  - exact (convex_domain_18 n_d n_n p_X p_y G).
  - exact (pulls_inside_18 n_d n_n p_X p_y G).
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [inside_18 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_18 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (form_19 n_d n_n p_X p_y G j1 J1).
Qed.

Lemma same_21 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p, (domain_18 n_d n_n p_X p_y) p -> (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) p = (fun p => ((- (1 / 2)) + (p 0%nat 0%nat 0%nat))) p.
Proof.
  intros p Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_18 v_w] in Hp. destruct Hp as (F0 & F1 & F2). cbv beta. pieces ltac:(first [at_knot (p 0%nat 0%nat 0%nat) (- 1) | at_knot (p 0%nat 0%nat 0%nat) 0 | at_knot (p 0%nat 0%nat 0%nat) 1]).
Qed.

Lemma smooth_22 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p v, (domain_6 n_d n_n p_X p_y) p -> p 0%nat 0%nat 0%nat = (- 1) -> ok p v (Add (Cst (- (1 / 2))) (Mul (Cst (- 1)) (Vr 0%nat 0%nat 0%nat))).
Proof.
  intros p v Hp Hk. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_6 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
Qed.

Lemma tangent_23 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall r p, (domain_6 n_d n_n p_X p_y) r -> (domain_6 n_d n_n p_X p_y) p -> r 0%nat 0%nat 0%nat = (- 1) -> (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) r + (- 1) * (p 0%nat 0%nat 0%nat - (- 1)) <= (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) p.
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). intros r p Dr Dp Hr. cbv beta. rewrite (same_9 n_d n_n p_X p_y G j1 J1 r Dr), (same_9 n_d n_n p_X p_y G j1 J1 p Dp).
  assert (T := tangent (domain_6 n_d n_n p_X p_y) (Add (Cst (- (1 / 2))) (Mul (Cst (- 1)) (Vr 0%nat 0%nat 0%nat))) r p ltac:(cbv [still]; tauto) (second_order_8 n_d n_n p_X p_y G j1 J1)
    (smooth_22 n_d n_n p_X p_y G j1 J1 r (along p r) Dr Hr) Dr Dp).
  assert (E : ev r (along p r) (D (Add (Cst (- (1 / 2))) (Mul (Cst (- 1)) (Vr 0%nat 0%nat 0%nat)))) = (- 1) * (p 0%nat 0%nat 0%nat - (- 1))).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ along]. rewrite ?Hr. first [ring | field; nonzero]. }
  rewrite E in T. exact T.
Qed.

Lemma smooth_24 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p v, (domain_10 n_d n_n p_X p_y) p -> p 0%nat 0%nat 0%nat = (- 1) -> ok p v (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)).
Proof.
  intros p v Hp Hk. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_10 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
Qed.

Lemma tangent_25 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall r p, (domain_10 n_d n_n p_X p_y) r -> (domain_10 n_d n_n p_X p_y) p -> r 0%nat 0%nat 0%nat = (- 1) -> (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) r + (- 1) * (p 0%nat 0%nat 0%nat - (- 1)) <= (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) p.
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). intros r p Dr Dp Hr. cbv beta. rewrite (same_13 n_d n_n p_X p_y G j1 J1 r Dr), (same_13 n_d n_n p_X p_y G j1 J1 p Dp).
  assert (T := tangent (domain_10 n_d n_n p_X p_y) (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)) r p ltac:(cbv [still]; tauto) (second_order_12 n_d n_n p_X p_y G j1 J1)
    (smooth_24 n_d n_n p_X p_y G j1 J1 r (along p r) Dr Hr) Dr Dp).
  assert (E : ev r (along p r) (D (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat))) = (- 1) * (p 0%nat 0%nat 0%nat - (- 1))).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ along]. rewrite ?Hr. first [ring | field; nonzero]. }
  rewrite E in T. exact T.
Qed.

Lemma jump_26 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  (- 1) <= (- 1).
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). apply Rminus_ge_0. apply (ge0_eq _ 0).
  { first [ring | field; nonzero]. }
  lra.
Qed.

Lemma glued_27 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  convex_on (fun p => (domain_3 n_d n_n p_X p_y) p /\ p 0%nat 0%nat 0%nat <= 0) (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))).
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). let O := fresh "O" in assert (O := order_4 n_d n_n p_X p_y G). let O := fresh "O" in assert (O := order_5 n_d n_n p_X p_y G). assert (SC := convex_domain_3 n_d n_n p_X p_y G).
  apply (glue (fun p => (domain_3 n_d n_n p_X p_y) p /\ p 0%nat 0%nat 0%nat <= 0) 0%nat 0%nat 0%nat (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) (- 1) ((- 1) - 1) 0 (- 1)).
  - half_convex.
  - lra.
  - apply (convex_within (domain_6 n_d n_n p_X p_y)); [intros p Hp; cbv beta in *; cbv [domain_6 domain_6 everywhere]; cbv [domain_6 everywhere] in *; intuition lra | half_convex | apply (convex_ext _ (fun p => ((- (1 / 2)) + ((- 1) * (p 0%nat 0%nat 0%nat))))); [intros p Hp; symmetry; exact (same_9 n_d n_n p_X p_y G j1 J1 p Hp) | exact (second_order_8 n_d n_n p_X p_y G j1 J1)]].
  - apply (convex_within (domain_10 n_d n_n p_X p_y)); [intros p Hp; cbv beta in *; cbv [domain_10 domain_10 everywhere]; cbv [domain_10 everywhere] in *; intuition lra | half_convex | apply (convex_ext _ (fun p => ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)))); [intros p Hp; symmetry; exact (same_13 n_d n_n p_X p_y G j1 J1 p Hp) | exact (second_order_12 n_d n_n p_X p_y G j1 J1)]].
  - intros r p Dr Dp Hr Hp. assert (J := jump_26 n_d n_n p_X p_y G j1 J1).
    destruct (Rle_lt_dec (p 0%nat 0%nat 0%nat) (- 1)) as [L|L].
    + apply (tangent_23 n_d n_n p_X p_y G j1 J1 r p); [cbv [domain_6 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra | cbv [domain_6 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra | exact Hr].
    + assert (T := tangent_25 n_d n_n p_X p_y G j1 J1 r p ltac:(cbv [domain_10 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra) ltac:(cbv [domain_10 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra) Hr). apply Rle_trans with (2 := T). apply Rplus_le_compat_l. apply Rmult_le_compat_r; lra.
Qed.

Lemma smooth_28 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p v, (domain_10 n_d n_n p_X p_y) p -> p 0%nat 0%nat 0%nat = 0 -> ok p v (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)).
Proof.
  intros p v Hp Hk. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_10 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
Qed.

Lemma tangent_29 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall r p, (domain_10 n_d n_n p_X p_y) r -> (domain_10 n_d n_n p_X p_y) p -> r 0%nat 0%nat 0%nat = 0 -> (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) r + 0 * (p 0%nat 0%nat 0%nat - 0) <= (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) p.
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). intros r p Dr Dp Hr. cbv beta. rewrite (same_13 n_d n_n p_X p_y G j1 J1 r Dr), (same_13 n_d n_n p_X p_y G j1 J1 p Dp).
  assert (T := tangent (domain_10 n_d n_n p_X p_y) (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)) r p ltac:(cbv [still]; tauto) (second_order_12 n_d n_n p_X p_y G j1 J1)
    (smooth_28 n_d n_n p_X p_y G j1 J1 r (along p r) Dr Hr) Dr Dp).
  assert (E : ev r (along p r) (D (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat))) = 0 * (p 0%nat 0%nat 0%nat - 0)).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ along]. rewrite ?Hr. first [ring | field; nonzero]. }
  rewrite E in T. exact T.
Qed.

Lemma smooth_30 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p v, (domain_14 n_d n_n p_X p_y) p -> p 0%nat 0%nat 0%nat = 0 -> ok p v (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)).
Proof.
  intros p v Hp Hk. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_14 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
Qed.

Lemma tangent_31 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall r p, (domain_14 n_d n_n p_X p_y) r -> (domain_14 n_d n_n p_X p_y) p -> r 0%nat 0%nat 0%nat = 0 -> (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) r + 0 * (p 0%nat 0%nat 0%nat - 0) <= (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) p.
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). intros r p Dr Dp Hr. cbv beta. rewrite (same_17 n_d n_n p_X p_y G j1 J1 r Dr), (same_17 n_d n_n p_X p_y G j1 J1 p Dp).
  assert (T := tangent (domain_14 n_d n_n p_X p_y) (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)) r p ltac:(cbv [still]; tauto) (second_order_16 n_d n_n p_X p_y G j1 J1)
    (smooth_30 n_d n_n p_X p_y G j1 J1 r (along p r) Dr Hr) Dr Dp).
  assert (E : ev r (along p r) (D (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat))) = 0 * (p 0%nat 0%nat 0%nat - 0)).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ along]. rewrite ?Hr. first [ring | field; nonzero]. }
  rewrite E in T. exact T.
Qed.

Lemma jump_32 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  0 <= 0.
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). apply Rminus_ge_0. apply (ge0_eq _ 0).
  { first [ring | field; nonzero]. }
  lra.
Qed.

Lemma glued_33 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  convex_on (fun p => (domain_3 n_d n_n p_X p_y) p /\ p 0%nat 0%nat 0%nat <= 1) (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))).
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). let O := fresh "O" in assert (O := order_4 n_d n_n p_X p_y G). let O := fresh "O" in assert (O := order_5 n_d n_n p_X p_y G). assert (SC := convex_domain_3 n_d n_n p_X p_y G).
  apply (glue (fun p => (domain_3 n_d n_n p_X p_y) p /\ p 0%nat 0%nat 0%nat <= 1) 0%nat 0%nat 0%nat (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) 0 (- 1) 1 0).
  - half_convex.
  - lra.
  - apply (convex_within (fun p => (domain_3 n_d n_n p_X p_y) p /\ p 0%nat 0%nat 0%nat <= 0)); [intros p Hp; cbv beta in *; tauto | half_convex | exact (glued_27 n_d n_n p_X p_y G j1 J1)].
  - apply (convex_within (domain_14 n_d n_n p_X p_y)); [intros p Hp; cbv beta in *; cbv [domain_14 domain_14 everywhere]; cbv [domain_14 everywhere] in *; intuition lra | half_convex | apply (convex_ext _ (fun p => ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)))); [intros p Hp; symmetry; exact (same_17 n_d n_n p_X p_y G j1 J1 p Hp) | exact (second_order_16 n_d n_n p_X p_y G j1 J1)]].
  - intros r p Dr Dp Hr Hp. assert (J := jump_32 n_d n_n p_X p_y G j1 J1).
    destruct (Rle_lt_dec (p 0%nat 0%nat 0%nat) 0) as [L|L].
    + apply (tangent_29 n_d n_n p_X p_y G j1 J1 r p); [cbv [domain_10 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra | cbv [domain_10 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra | exact Hr].
    + assert (T := tangent_31 n_d n_n p_X p_y G j1 J1 r p ltac:(cbv [domain_14 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra) ltac:(cbv [domain_14 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra) Hr). apply Rle_trans with (2 := T). apply Rplus_le_compat_l. apply Rmult_le_compat_r; lra.
Qed.

Lemma smooth_34 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p v, (domain_14 n_d n_n p_X p_y) p -> p 0%nat 0%nat 0%nat = 1 -> ok p v (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)).
Proof.
  intros p v Hp Hk. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_14 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
Qed.

Lemma tangent_35 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall r p, (domain_14 n_d n_n p_X p_y) r -> (domain_14 n_d n_n p_X p_y) p -> r 0%nat 0%nat 0%nat = 1 -> (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) r + 1 * (p 0%nat 0%nat 0%nat - 1) <= (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) p.
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). intros r p Dr Dp Hr. cbv beta. rewrite (same_17 n_d n_n p_X p_y G j1 J1 r Dr), (same_17 n_d n_n p_X p_y G j1 J1 p Dp).
  assert (T := tangent (domain_14 n_d n_n p_X p_y) (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat)) r p ltac:(cbv [still]; tauto) (second_order_16 n_d n_n p_X p_y G j1 J1)
    (smooth_34 n_d n_n p_X p_y G j1 J1 r (along p r) Dr Hr) Dr Dp).
  assert (E : ev r (along p r) (D (Mul (Cst (1 / 2)) (Pow (Vr 0%nat 0%nat 0%nat) 2%nat))) = 1 * (p 0%nat 0%nat 0%nat - 1)).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ along]. rewrite ?Hr. first [ring | field; nonzero]. }
  rewrite E in T. exact T.
Qed.

Lemma smooth_36 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p v, (domain_18 n_d n_n p_X p_y) p -> p 0%nat 0%nat 0%nat = 1 -> ok p v (Add (Cst (- (1 / 2))) (Vr 0%nat 0%nat 0%nat)).
Proof.
  intros p v Hp Hk. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_18 v_w] in Hp. destruct Hp as (F0 & F1 & F2).  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
Qed.

Lemma tangent_37 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall r p, (domain_18 n_d n_n p_X p_y) r -> (domain_18 n_d n_n p_X p_y) p -> r 0%nat 0%nat 0%nat = 1 -> (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) r + 1 * (p 0%nat 0%nat 0%nat - 1) <= (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) p.
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). intros r p Dr Dp Hr. cbv beta. rewrite (same_21 n_d n_n p_X p_y G j1 J1 r Dr), (same_21 n_d n_n p_X p_y G j1 J1 p Dp).
  assert (T := tangent (domain_18 n_d n_n p_X p_y) (Add (Cst (- (1 / 2))) (Vr 0%nat 0%nat 0%nat)) r p ltac:(cbv [still]; tauto) (second_order_20 n_d n_n p_X p_y G j1 J1)
    (smooth_36 n_d n_n p_X p_y G j1 J1 r (along p r) Dr Hr) Dr Dp).
  assert (E : ev r (along p r) (D (Add (Cst (- (1 / 2))) (Vr 0%nat 0%nat 0%nat))) = 1 * (p 0%nat 0%nat 0%nat - 1)).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ along]. rewrite ?Hr. first [ring | field; nonzero]. }
  rewrite E in T. exact T.
Qed.

Lemma jump_38 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  1 <= 1.
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). apply Rminus_ge_0. apply (ge0_eq _ 0).
  { first [ring | field; nonzero]. }
  lra.
Qed.

Lemma glued_39 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  convex_on (domain_3 n_d n_n p_X p_y) (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))).
Proof.
  assert (H := G). cbv [given] in H. destruct H as (L0 & L1). let O := fresh "O" in assert (O := order_4 n_d n_n p_X p_y G). let O := fresh "O" in assert (O := order_5 n_d n_n p_X p_y G). assert (SC := convex_domain_3 n_d n_n p_X p_y G).
  apply (glue (domain_3 n_d n_n p_X p_y) 0%nat 0%nat 0%nat (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) 1 0 (1 + 1) 1).
  - exact SC.
  - lra.
  - apply (convex_within (fun p => (domain_3 n_d n_n p_X p_y) p /\ p 0%nat 0%nat 0%nat <= 1)); [intros p Hp; cbv beta in *; tauto | half_convex | exact (glued_33 n_d n_n p_X p_y G j1 J1)].
  - apply (convex_within (domain_18 n_d n_n p_X p_y)); [intros p Hp; cbv beta in *; cbv [domain_18 domain_18 everywhere]; cbv [domain_18 everywhere] in *; intuition lra | half_convex | apply (convex_ext _ (fun p => ((- (1 / 2)) + (p 0%nat 0%nat 0%nat)))); [intros p Hp; symmetry; exact (same_21 n_d n_n p_X p_y G j1 J1 p Hp) | exact (second_order_20 n_d n_n p_X p_y G j1 J1)]].
  - intros r p Dr Dp Hr Hp. assert (J := jump_38 n_d n_n p_X p_y G j1 J1).
    destruct (Rle_lt_dec (p 0%nat 0%nat 0%nat) 1) as [L|L].
    + apply (tangent_35 n_d n_n p_X p_y G j1 J1 r p); [cbv [domain_14 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra | cbv [domain_14 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra | exact Hr].
    + assert (T := tangent_37 n_d n_n p_X p_y G j1 J1 r p ltac:(cbv [domain_18 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra) ltac:(cbv [domain_18 domain_3 everywhere]; cbv [domain_3 everywhere] in *; intuition lra) Hr). apply Rle_trans with (2 := T). apply Rplus_le_compat_l. apply Rmult_le_compat_r; lra.
Qed.

Definition slots_40 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (j1 : nat)  (p : point) : point :=
  fun k i j => match k with | 0%nat => ((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1))) | _ => 0 end.

Lemma range_41 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  forall p, (dom n_d n_n p_X p_y) p -> (domain_3 n_d n_n p_X p_y) (slots_40 n_d n_n p_X p_y j1 p).
Proof.
  intros p Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). clear Hp. cbv [domain_3 slots_40 everywhere]. exact I.
  
Qed.

Lemma composition_42 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  convex_on (dom n_d n_n p_X p_y) (fun p => (if (Rleb (Rabs ((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1)))) 1) then ((1 / 2) * (((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1))) ^ 2)) else ((- (1 / 2)) + (Rabs ((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1))))))).
Proof.
  apply (convex_ext _ (fun p => (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) ((slots_40 n_d n_n p_X p_y j1) p))); [intros p _; first [solve [change (((fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) ((slots_40 n_d n_n p_X p_y j1) p)) = (if (Rleb (Rabs ((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1)))) 1) then ((1 / 2) * (((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1))) ^ 2)) else ((- (1 / 2)) + (Rabs ((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1))))))); cbv [slots_40]; apply ite_same; [first [solve [apply (f_equal2 Rleb); [apply (f_equal Rabs); first [reflexivity | reorder] | first [reflexivity | reorder]]] | solve [reorder]] | apply (f_equal2 Rmult); [first [reflexivity | reorder] | apply (f_equal (fun t => t ^ 2)); first [reflexivity | reorder]] | apply (f_equal2 Rplus); [first [reflexivity | reorder] | apply (f_equal Rabs); first [reflexivity | reorder]]]] | solve [reorder]]|].
  apply (precomposition (dom n_d n_n p_X p_y) (domain_3 n_d n_n p_X p_y) (fun p => (if (Rleb (Rabs (p 0%nat 0%nat 0%nat)) 1) then ((1 / 2) * ((p 0%nat 0%nat 0%nat) ^ 2)) else ((- (1 / 2)) + (Rabs (p 0%nat 0%nat 0%nat))))) (slots_40 n_d n_n p_X p_y j1)).
  - exact (convex_dom n_d n_n p_X p_y G).
  - exact (range_41 n_d n_n p_X p_y G j1 J1).
  - exact (glued_39 n_d n_n p_X p_y G j1 J1).
  - intros p q t Dp Dq Ht k i j. cbv [slots_40 mix]. slot_cases; affine_sums.
Qed.

Lemma range_43 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  forall p, (dom n_d n_n p_X p_y) p -> (domain_0 n_d n_n p_X p_y) (slots_2 n_d n_n p_X p_y p).
Proof.
  intros p Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). clear Hp. cbv [domain_0 slots_2 everywhere]. exact I.
  
Qed.

Definition cone_44 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (v : point) : Prop :=
  ((forall i0 : nat, (i0 < n_n)%nat -> 0 <= (v 0%nat i0 0%nat))).

Lemma monotone_45 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  forall p v, (domain_0 n_d n_n p_X p_y) p -> (cone_44 n_d n_n p_X p_y) v -> 0 <= ev p v (D (Sm n_n (fun i0 => (Vr 0%nat i0 0%nat)))).
Proof.
  intros p v Hp Hv. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). clear Hp. cbv [cone_44] in Hv. rename Hv into K0. 
  apply (ge0_eq _ (Sum n_n (fun i0 => (v 0%nat i0 0%nat)))).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  set (A0 := (Sum n_n (fun i0 => (v 0%nat i0 0%nat)))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A0) by (cbv delta [A0]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  set (A1 := (Sum n_n (fun i0 => (p 0%nat i0 0%nat)))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A1) by (cbv delta [A0 A1]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  clearbody A0 A1.
  field; nonzero. }
  apply Sum_ge0; intros j1 J1; pose proof (K0 j1 ltac:(lia)) as Q; cbv beta in Q; lra.
Qed.

Lemma composition_46 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  convex_on (dom n_d n_n p_X p_y) (fun p => (Sum n_n (fun i0 => (if (Rleb (Rabs ((Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat)))) + ((- 1) * (p_y i0)))) 1) then ((1 / 2) * (((Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat)))) + ((- 1) * (p_y i0))) ^ 2)) else ((- (1 / 2)) + (Rabs ((Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat)))) + ((- 1) * (p_y i0))))))))).
Proof.
  apply (convex_ext _ (fun p => (value (Sm n_n (fun i0 => (Vr 0%nat i0 0%nat)))) ((slots_2 n_d n_n p_X p_y) p))); [intros p _; first [solve [change (((fun p => (Sum n_n (fun i0 => (p 0%nat i0 0%nat)))) ((slots_2 n_d n_n p_X p_y) p)) = (Sum n_n (fun i0 => (if (Rleb (Rabs ((Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat)))) + ((- 1) * (p_y i0)))) 1) then ((1 / 2) * (((Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat)))) + ((- 1) * (p_y i0))) ^ 2)) else ((- (1 / 2)) + (Rabs ((Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat)))) + ((- 1) * (p_y i0))))))))); cbv [slots_2]; apply Sum_ext; intros j1 J1; cbv beta; transitivity (if (Rleb (Rabs ((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1)))) 1) then ((1 / 2) * (((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1))) ^ 2)) else ((- (1 / 2)) + (Rabs ((Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))) + ((- 1) * (p_y j1)))))); [first [reflexivity | reorder] | first [reflexivity | ring | reorder]]] | solve [reorder]]|].
  apply (composition (dom n_d n_n p_X p_y) (domain_0 n_d n_n p_X p_y) (cone_44 n_d n_n p_X p_y) (Sm n_n (fun i0 => (Vr 0%nat i0 0%nat))) (slots_2 n_d n_n p_X p_y)).
  - cbv [still]; tauto.
  - exact (convex_dom n_d n_n p_X p_y G).
  - exact (range_43 n_d n_n p_X p_y G).
  - exact (affine_convex_1 n_d n_n p_X p_y G).
  - intros p q t Dp Dq Ht. assert (C0 := composition_42 n_d n_n p_X p_y G). cbv [cone_44 slots_2 along mix]. repeat split; intros; slot_gaps p q t Dp Dq Ht.
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). clear Hp.  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (monotone_45 n_d n_n p_X p_y G).
Qed.

Theorem verdict : forall (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R), given n_d n_n p_X p_y -> convex_on (dom n_d n_n p_X p_y) (f n_d n_n p_X p_y).
Proof. intros n_d n_n p_X p_y G. exact (composition_46 n_d n_n p_X p_y G). Qed.
