(* Losses of linear models, for all n, d, X and y: each is convex in the weights.
   Where: the gallery, and whoever wants the theorem without a certificate. The point holds the weights w j (or w j k).
   Reference: Boyd and Vandenberghe, sections 3.1.5 and 7.1; P. McCullagh, J. A. Nelder, Generalized Linear Models. *)
From Coq Require Import Reals Lra Lia.
From Convexcheck Require Import Sums Convex Functions Calculus Expr Rules Signs Steps.
Open Scope R_scope.

(* Log-sum-exp of any number K >= 1 of coordinates. *)
Theorem log_sum_exp_convex K : (0 < K)%nat ->
  convex_on everywhere (fun p => ln (Sum K (fun k => exp (p O k O)))).
Proof.
  intros HK. set (e := Ln (Sm K (fun k => Exp (Vr O k O)))).
  assert (P : forall p, 0 < Sum K (fun k => exp (p O k O))) by (intros; apply Sum_gt0; [exact HK|intros; apply exp_pos]).
  change (convex_on everywhere (value e)). apply second_order.
  - simpl. tauto.
  - exact convex_everywhere.
  - intros p v _. simpl. split; [intros; exact I|apply P].
  - intros p v _. cbn [e D]. rewrite ?ev_add, ?ev_mul. simpl. rewrite ?ev_add, ?ev_mul. simpl.
    set (S := Sum K (fun k => exp (p O k O))). assert (HS : 0 < S) by apply P.
    assert (C := Sum_cauchy K (fun k => exp (p O k O)) (fun k => v O k O) (fun k _ => Rlt_le _ _ (exp_pos _))). fold S in C.
    set (B := Sum K (fun k => exp (p O k O) * v O k O)) in *.
    set (C2 := Sum K (fun k => exp (p O k O) * v O k O ^ 2)) in *.
    match goal with |- 0 <= ?x => replace x with ((S * C2 - B ^ 2) * / S ^ 2) end.
    + apply mul_pp; [lra|apply Rlt_le, inv_pos, pow_lt, HS].
    + match goal with |- context [Sum K ?g] => match g with context [exp _ * _ * _] => replace (Sum K g) with C2 end end.
      * unfold B. field. lra.
      * apply Sum_ext. intros. simpl. ring.
Qed.

Definition convex_real (h : R -> R) : Prop :=
  forall a b t, 0 <= t <= 1 -> h (t * a + (1 - t) * b) <= t * h a + (1 - t) * h b.

Lemma convex_real_of (h : R -> R) : convex_on everywhere (fun p => h (p O O O)) -> convex_real h.
Proof. intros [_ C] a b t Ht. exact (C (fun _ _ _ => a) (fun _ _ _ => b) t I I Ht). Qed.

Definition score (d : nat) (X : nat -> nat -> R) (i : nat) (p : point) : R := Sum d (fun j => X i j * p O j O).

Lemma score_mix d X i p q t : score d X i (mix t p q) = t * score d X i p + (1 - t) * score d X i q.
Proof. unfold score, mix. rewrite <- !Sum_scal, <- Sum_plus. apply Sum_ext. intros. ring. Qed.

(* A sum of convex functions of the scores. *)
Theorem linear_model_convex n d X (h : nat -> R -> R) : (forall i, (i < n)%nat -> convex_real (h i)) ->
  convex_on everywhere (fun p => Sum n (fun i => h i (score d X i p))).
Proof.
  intros H. apply convex_sum; [exact convex_everywhere|]. intros i Hi. split; [exact convex_everywhere|].
  intros p q t _ _ Ht. rewrite score_mix. apply H; assumption.
Qed.

Lemma square_convex y : convex_real (fun z => (z - y) ^ 2).
Proof. intros a b t Ht. assert (0 <= t * (1 - t) * (a - b) ^ 2) by (apply mul_pp; [apply mul_pp; lra|apply pow2_ge_0]). nra. Qed.

Lemma softplus_convex : convex_real softplus.
Proof.
  apply convex_real_of. set (e := Ln (Add (Cst 1) (Exp (Vr O O O)))).
  change (convex_on everywhere (value e)). apply second_order.
  - simpl. tauto.
  - exact convex_everywhere.
  - intros p v _. simpl. assert (A := exp_pos (p O O O)). repeat split; lra.
  - intros p v _. cbv [e value ev D add mul opp]. assert (A := exp_pos (p O O O)). set (u := exp (p O O O)) in *.
    match goal with |- 0 <= ?x => replace x with (u * v O O O ^ 2 * / (1 + u) ^ 2) by (field; lra) end.
    apply mul_pp; [apply mul_pp; [lra|apply pow2_ge_0]|apply Rlt_le, inv_pos, pow_lt; lra].
Qed.

Lemma affine_argument h c b : convex_real h -> convex_real (fun z => h (c * z + b)).
Proof.
  intros H a b' t Ht. replace (c * (t * a + (1 - t) * b') + b) with (t * (c * a + b) + (1 - t) * (c * b' + b)) by ring.
  apply H, Ht.
Qed.

Lemma exp_convex : convex_real exp.
Proof.
  apply convex_real_of. change (convex_on everywhere (value (Exp (Vr O O O)))). apply second_order.
  - simpl. tauto.
  - exact convex_everywhere.
  - intros p v _. exact I.
  - intros p v _. cbv [value ev D add mul opp]. assert (A := exp_pos (p O O O)).
    match goal with |- 0 <= ?x => replace x with (exp (p O O O) * v O O O ^ 2) by ring end.
    apply mul_pp; [lra|apply pow2_ge_0].
Qed.

Theorem least_squares_convex n d X y : convex_on everywhere (fun p => Sum n (fun i => (score d X i p - y i) ^ 2)).
Proof. apply (linear_model_convex n d X (fun i z => (z - y i) ^ 2)). intros. apply square_convex. Qed.

Definition squared_norm (d : nat) (p : point) : R := Sum d (fun j => p O j O ^ 2).

(* Ridge regression is strongly convex, with modulus 2 c. *)
Theorem ridge_strongly_convex n d X y c :
  strongly_convex_on everywhere (2 * c) (squared_norm d)
    (fun p => Sum n (fun i => (score d X i p - y i) ^ 2) + c * squared_norm d p).
Proof.
  unfold strongly_convex_on. apply (convex_ext _ (fun p => Sum n (fun i => (score d X i p - y i) ^ 2))).
  - intros p _. cbv beta. field.
  - apply least_squares_convex.
Qed.

(* Logistic regression with labels -1 and 1, or any other: ln (1 + exp (- y_i z_i)). *)
Theorem logistic_convex n d X y : convex_on everywhere (fun p => Sum n (fun i => softplus (- (y i * score d X i p)))).
Proof.
  apply (convex_ext _ (fun p => Sum n (fun i => softplus (- y i * score d X i p + 0)))).
  - intros p _. apply Sum_ext. intros. f_equal. ring.
  - apply (linear_model_convex n d X (fun i z => softplus (- y i * z + 0))).
    intros i _. apply (affine_argument softplus), softplus_convex.
Qed.

Theorem poisson_convex n d X y :
  convex_on everywhere (fun p => Sum n (fun i => exp (score d X i p) - y i * score d X i p)).
Proof.
  apply (linear_model_convex n d X (fun i z => exp z - y i * z)). intros i _ a b t Ht. assert (A := exp_convex a b t Ht). nra.
Qed.

Theorem hinge_convex n d X y : convex_on everywhere (fun p => Sum n (fun i => Rmax 0 (1 - y i * score d X i p))).
Proof.
  apply (linear_model_convex n d X (fun i z => Rmax 0 (1 - y i * z))). intros i _ a b t Ht.
  assert (A := Rmax_l 0 (1 - y i * a)). assert (A' := Rmax_r 0 (1 - y i * a)).
  assert (B := Rmax_l 0 (1 - y i * b)). assert (B' := Rmax_r 0 (1 - y i * b)). apply Rmax_lub; nra.
Qed.

(* Softmax regression with K classes, any labels: log-sum-exp of the scores minus one of them. *)
Definition class_score (d : nat) (X : nat -> nat -> R) (i k : nat) (p : point) : R := Sum d (fun j => X i j * p O j k).

Theorem softmax_convex n d K X (label : nat -> nat) : (0 < K)%nat ->
  convex_on everywhere (fun p => Sum n (fun i =>
    ln (Sum K (fun k => exp (class_score d X i k p))) - class_score d X i (label i) p)).
Proof.
  intros HK. apply convex_sum; [exact convex_everywhere|]. intros i _.
  assert (M : forall k p q t, class_score d X i k (mix t p q) = t * class_score d X i k p + (1 - t) * class_score d X i k q).
  { intros. unfold class_score, mix. rewrite <- !Sum_scal, <- Sum_plus. apply Sum_ext. intros. ring. }
  set (g := fun (p : point) (_ k _ : nat) => class_score d X i k p).
  assert (C : convex_on everywhere (fun p => ln (Sum K (fun k => exp (g p O k O))))).
  { apply (precomposition everywhere everywhere (fun u => ln (Sum K (fun k => exp (u O k O)))) g).
    - exact convex_everywhere.
    - intros; exact I.
    - apply log_sum_exp_convex, HK.
    - intros. unfold g, mix at 2. apply M. }
  split; [exact convex_everywhere|]. intros p q t Dp Dq Ht. assert (A := proj2 C p q t Dp Dq Ht).
  unfold g in A. rewrite M. lra.
Qed.
