From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Expr Rules Signs Forms Steps Kinks.
Open Scope R_scope.

(* claim      convex
   function   Sum(i < n, max(0, 1 - y[i]*Sum(j < d, X[i, j]*w[j])))
   variables  w[d]
   parameters X[n, d], y[n]
   sizes      d >= 1, n >= 1 *)
Definition v_w (p : point) (i : nat) : R := p 0%nat i 0%nat.
Definition given (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) : Prop :=
  (1 <= n_d)%nat /\ (1 <= n_n)%nat.
Definition dom (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  everywhere p.
Definition f (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : R := (Sum n_n (fun i0 => (Rmax 0 (1 + ((- 1) * (p_y i0) * (Sum n_d (fun i1 => ((p_X i0 i1) * (v_w p i1))))))))).

Lemma convex_dom (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : convex_set (dom n_d n_n p_X p_y).
Proof. cbv [convex_set dom everywhere mix v_w]. intros p q t Dp Dq Ht. convex_facts. Qed.

Definition domain_0 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  ((forall i0 : nat, (i0 < n_n)%nat -> 0 <= (p 0%nat i0 0%nat))).

Lemma convex_domain_0 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : convex_set (domain_0 n_d n_n p_X p_y).
Proof. cbv [convex_set domain_0 everywhere mix]. intros p q t Dp Dq Ht. convex_facts. Qed.

Definition inside_0 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (p : point) : Prop :=
  ((forall i0 : nat, (i0 < n_n)%nat -> 0 < (p 0%nat i0 0%nat))).

Definition center_0 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) : point := fun k i j => match k with | 0%nat => 1 | _ => 0 end.

Lemma pulls_inside_0 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) : pulls (center_0 n_d n_n p_X p_y) (domain_0 n_d n_n p_X p_y) (inside_0 n_d n_n p_X p_y).
Proof. cbv [pulls domain_0 inside_0 center_0 everywhere mix v_w Nat.eqb]. intros p s Dp Hs. pull_facts. Qed.

Lemma affine_convex_1 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  convex_on (domain_0 n_d n_n p_X p_y) (fun p => (Sum n_n (fun i0 => (p 0%nat i0 0%nat)))).
Proof.
  assert (C := convex_domain_0 n_d n_n p_X p_y G). split; [exact C|]. intros p q t Dp Dq Ht. apply Req_le. cbv [mix]. affine_sums.
Qed.

Definition slots_2 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R)  (p : point) : point :=
  fun k i j => match k with | 0%nat => (fun j1 => (Rmax 0 (1 + ((- 1) * (p_y j1) * (Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))))))) i | _ => 0 end.

Lemma affine_convex_3 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  convex_on (dom n_d n_n p_X p_y) (fun p => 0).
Proof.
  assert (C := convex_dom n_d n_n p_X p_y G). split; [exact C|]. intros p q t Dp Dq Ht. apply Req_le. cbv [mix]. affine_sums.
Qed.

Lemma affine_convex_4 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  convex_on (dom n_d n_n p_X p_y) (fun p => (1 + ((- 1) * (p_y j1) * (Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat))))))).
Proof.
  assert (C := convex_dom n_d n_n p_X p_y G). split; [exact C|]. intros p q t Dp Dq Ht. apply Req_le. cbv [mix]. affine_sums.
Qed.

Lemma maximum_5 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) (j1 : nat) (J1 : (j1 < n_n)%nat) :
  convex_on (dom n_d n_n p_X p_y) (fun p => (Rmax 0 (1 + ((- 1) * (p_y j1) * (Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))))))).
Proof.
  apply (convex_max _ (fun p => 0) (fun p => (1 + ((- 1) * (p_y j1) * (Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))))))); [exact (affine_convex_3 n_d n_n p_X p_y G j1 J1) | exact (affine_convex_4 n_d n_n p_X p_y G j1 J1)].
Qed.

Lemma range_6 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  forall p, (dom n_d n_n p_X p_y) p -> (domain_0 n_d n_n p_X p_y) (slots_2 n_d n_n p_X p_y p).
Proof.
  intros p Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). clear Hp. cbv [domain_0 slots_2 everywhere]. 
  { intros j1 J1. assert (B : 0 <= (Rmax 0 (1 + ((- 1) * (p_y j1) * (Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat)))))))) by (assert (Q0 : 0 <= 0) by (lra); unfold Rmax; repeat destruct Rle_dec; lra). lra. }
Qed.

Definition cone_7 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (v : point) : Prop :=
  ((forall i0 : nat, (i0 < n_n)%nat -> 0 <= (v 0%nat i0 0%nat))).

Lemma monotone_8 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  forall p v, (inside_0 n_d n_n p_X p_y) p -> (cone_7 n_d n_n p_X p_y) v -> 0 <= ev p v (D (Sm n_n (fun i0 => (Vr 0%nat i0 0%nat)))).
Proof.
  intros p v Hp Hv. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [inside_0 v_w] in Hp. rename Hp into F0. cbv [cone_7] in Hv. rename Hv into K0. 
  apply (ge0_eq _ (Sum n_n (fun i0 => (v 0%nat i0 0%nat)))).
  { cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ].
  
  unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *.
  no_sums.
  set (A0 := (Sum n_n (fun i0 => (v 0%nat i0 0%nat)))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A0) by (cbv delta [A0]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  first [match goal with _ : 0 < (Sum n_n (fun i0 => (p 0%nat i0 0%nat))) |- _ => idtac end | let N := fresh "N" in assert (N : 0 < (Sum n_n (fun i0 => (p 0%nat i0 0%nat)))) by (apply Sum_gt0; [lia|intros j1 J1; pose proof (F0 j1 ltac:(lia)) as Q; cbv beta in Q; lra])].
  set (A1 := (Sum n_n (fun i0 => (p 0%nat i0 0%nat)))) in *.
  repeat match goal with |- context [Sum n_n ?f] => replace (Sum n_n f) with ((1) * A1) by (cbv delta [A0 A1]; gather; intros j1 J1; cbv beta; unfold tanh, sinh, cosh, sigmoid, softplus, asinh, Rpower in *;   no_sums;   field; nonzero) end.
  clearbody A0 A1.
  field; nonzero. }
  apply Sum_ge0; intros j1 J1; pose proof (K0 j1 ltac:(lia)) as Q; cbv beta in Q; lra.
Qed.

Lemma composition_9 (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R) (G : given n_d n_n p_X p_y) :
  convex_on (dom n_d n_n p_X p_y) (fun p => (Sum n_n (fun i0 => (Rmax 0 (1 + ((- 1) * (p_y i0) * (Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat)))))))))).
Proof.
  apply (convex_ext _ (fun p => (value (Sm n_n (fun i0 => (Vr 0%nat i0 0%nat)))) ((slots_2 n_d n_n p_X p_y) p))); [intros p _; first [solve [change (((fun p => (Sum n_n (fun i0 => (p 0%nat i0 0%nat)))) ((slots_2 n_d n_n p_X p_y) p)) = (Sum n_n (fun i0 => (Rmax 0 (1 + ((- 1) * (p_y i0) * (Sum n_d (fun i1 => ((p_X i0 i1) * (p 0%nat i1 0%nat)))))))))); cbv [slots_2]; apply Sum_ext; intros j1 J1; cbv beta; transitivity (Rmax 0 (1 + ((- 1) * (p_y j1) * (Sum n_d (fun i0 => ((p_X j1 i0) * (p 0%nat i0 0%nat))))))); [first [reflexivity | reorder] | first [reflexivity | ring | reorder]]] | solve [reorder]]|].
  apply (composition_closure (dom n_d n_n p_X p_y) (domain_0 n_d n_n p_X p_y) (inside_0 n_d n_n p_X p_y) (cone_7 n_d n_n p_X p_y) (center_0 n_d n_n p_X p_y) (Sm n_n (fun i0 => (Vr 0%nat i0 0%nat))) (slots_2 n_d n_n p_X p_y)).
  - cbv [still]; tauto.
  - exact (convex_dom n_d n_n p_X p_y G).
  - exact (range_6 n_d n_n p_X p_y G).
  - exact (affine_convex_1 n_d n_n p_X p_y G).
  - intros p q t Dp Dq Ht. assert (C0 := maximum_5 n_d n_n p_X p_y G). cbv [cone_7 slots_2 along mix]. repeat split; intros; slot_gaps p q t Dp Dq Ht.
  - cbv [conic cone_7]. intros v s Hv Hs. conic_facts.
  - exact (pulls_inside_0 n_d n_n p_X p_y G).
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [inside_0 v_w] in Hp. rename Hp into F0.  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - intros p v Hp. assert (H := G). cbv [given] in H. destruct H as (L0 & L1). cbv [domain_0 v_w] in Hp. rename Hp into F0.  cbv [value zero ev still ok cok D add mul opp Nat.pred Z.of_nat Pos.of_succ_nat Pos.succ]. smooth.
  - exact (monotone_8 n_d n_n p_X p_y G).
Qed.

Theorem verdict : forall (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> R), given n_d n_n p_X p_y -> convex_on (dom n_d n_n p_X p_y) (f n_d n_n p_X p_y).
Proof. intros n_d n_n p_X p_y G. exact (composition_9 n_d n_n p_X p_y G). Qed.
