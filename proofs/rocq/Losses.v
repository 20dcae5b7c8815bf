(* More losses of linear models for all n, d, X and y: robust, margin and likelihood losses, and penalties.
   Where: whoever wants the theorem without a certificate; Models has the first ones.
   Reference: Boyd and Vandenberghe, sections 3.2.1, 3.2.3 and 6.1; R. Koenker, Quantile Regression (2005), section 1.3;
   H. Zou, T. Hastie, Regularization and variable selection via the elastic net (2005). *)
From Coq Require Import Reals Lra.
From Convexcheck Require Import Sums Convex Functions Signs Models.
Open Scope R_scope.

Lemma real_plus g h : convex_real g -> convex_real h -> convex_real (fun z => g z + h z).
Proof. intros G H a b t Ht. assert (A := G a b t Ht). assert (B := H a b t Ht). lra. Qed.

Lemma real_scal c h : 0 <= c -> convex_real h -> convex_real (fun z => c * h z).
Proof. intros Hc H a b t Ht. assert (A := Rmult_le_compat_l c _ _ Hc (H a b t Ht)). lra. Qed.

Lemma real_max g h : convex_real g -> convex_real h -> convex_real (fun z => Rmax (g z) (h z)).
Proof.
  intros G H a b t Ht. assert (A := G a b t Ht). assert (B := H a b t Ht).
  assert (P1 := Rmax_l (g a) (h a)). assert (P2 := Rmax_r (g a) (h a)).
  assert (Q1 := Rmax_l (g b) (h b)). assert (Q2 := Rmax_r (g b) (h b)). apply Rmax_lub; nra.
Qed.

Lemma real_affine c e : convex_real (fun z => c * z + e).
Proof. intros a b t _. lra. Qed.

Lemma real_ext g h : (forall z, g z = h z) -> convex_real g -> convex_real h.
Proof. intros E G a b t Ht. rewrite <- !E. now apply G. Qed.

Lemma real_abs c e : convex_real (fun z => Rabs (c * z + e)).
Proof.
  apply (real_ext (fun z => Rmax (c * z + e) (- c * z + - e))); [|apply real_max; apply real_affine].
  intros z. unfold Rmax, Rabs. destruct (Rle_dec _ _), (Rcase_abs _); lra.
Qed.

(* The square of a convex function that is >= 0. *)
Lemma real_square h : (forall z, 0 <= h z) -> convex_real h -> convex_real (fun z => h z ^ 2).
Proof.
  intros P H a b t Ht. assert (A := H a b t Ht). assert (B := P (t * a + (1 - t) * b)).
  assert (S : h (t * a + (1 - t) * b) ^ 2 <= (t * h a + (1 - t) * h b) ^ 2) by (apply pow_incr; lra).
  assert (0 <= t * (1 - t) * (h a - h b) ^ 2) by (apply mul_pp; [apply mul_pp; lra|apply pow2_ge_0]). nra.
Qed.

Theorem absolute_convex n d X y : convex_on everywhere (fun p => Sum n (fun i => Rabs (score d X i p - y i))).
Proof.
  apply (linear_model_convex n d X (fun i z => Rabs (z - y i))). intros i _.
  apply (real_ext (fun z => Rabs (1 * z + - y i))); [intros; f_equal; ring|apply real_abs].
Qed.

(* Quantile regression: the pinball loss at any level. *)
Theorem quantile_convex n d X y q :
  convex_on everywhere (fun p => Sum n (fun i => Rmax (q * (y i - score d X i p)) ((q - 1) * (y i - score d X i p)))).
Proof.
  apply (linear_model_convex n d X (fun i z => Rmax (q * (y i - z)) ((q - 1) * (y i - z)))). intros i _.
  apply (real_ext (fun z => Rmax (- q * z + q * y i) ((1 - q) * z + (q - 1) * y i))); [intros; f_equal; ring|].
  apply real_max; apply real_affine.
Qed.

(* Support vector regression: no loss within eps. *)
Theorem insensitive_convex n d X y eps :
  convex_on everywhere (fun p => Sum n (fun i => Rmax 0 (Rabs (score d X i p - y i) - eps))).
Proof.
  apply (linear_model_convex n d X (fun i z => Rmax 0 (Rabs (z - y i) - eps))). intros i _.
  apply real_max; [apply (real_ext (fun z => 0 * z + 0)); [intros; ring|apply real_affine]|].
  apply (real_ext (fun z => Rabs (1 * z + - y i) + (0 * z + - eps))).
  - intros z. replace (1 * z + - y i) with (z - y i) by ring. ring.
  - apply real_plus; [apply real_abs|apply real_affine].
Qed.

Theorem squared_hinge_convex n d X y :
  convex_on everywhere (fun p => Sum n (fun i => Rmax 0 (1 - y i * score d X i p) ^ 2)).
Proof.
  apply (linear_model_convex n d X (fun i z => Rmax 0 (1 - y i * z) ^ 2)). intros i _.
  apply (real_square (fun z => Rmax 0 (1 - y i * z))); [intros; apply Rmax_l|]. apply real_max.
  - apply (real_ext (fun z => 0 * z + 0)); [intros; ring|apply real_affine].
  - apply (real_ext (fun z => - y i * z + 1)); [intros; ring|apply real_affine].
Qed.

(* Logistic regression with labels 0 and 1, or probabilities, or any other numbers. *)
Theorem logistic_zero_one_convex n d X y :
  convex_on everywhere (fun p => Sum n (fun i => softplus (score d X i p) - y i * score d X i p)).
Proof.
  apply (linear_model_convex n d X (fun i z => softplus z - y i * z)). intros i _.
  apply (real_ext (fun z => softplus z + (- y i * z + 0))); [intros; ring|].
  apply real_plus; [apply softplus_convex|apply real_affine].
Qed.

Theorem exponential_convex n d X y : convex_on everywhere (fun p => Sum n (fun i => exp (- y i * score d X i p + 0))).
Proof. apply (linear_model_convex n d X (fun i z => exp (- y i * z + 0))). intros i _. apply (affine_argument exp), exp_convex. Qed.

(* Gamma regression with the logarithmic link, for y >= 0. *)
Theorem gamma_convex n d X y : (forall i, (i < n)%nat -> 0 <= y i) ->
  convex_on everywhere (fun p => Sum n (fun i => score d X i p + y i * exp (- score d X i p))).
Proof.
  intros Y. apply (linear_model_convex n d X (fun i z => z + y i * exp (- z))). intros i Hi.
  apply (real_ext (fun z => (1 * z + 0) + y i * exp (-1 * z + 0))).
  - intros z. replace (-1 * z + 0) with (- z) by ring. ring.
  - apply real_plus; [apply real_affine|]. apply real_scal; [apply Y, Hi|]. apply (affine_argument exp), exp_convex.
Qed.

Definition absolute_norm (d : nat) (p : point) : R := Sum d (fun j => Rabs (p O j O)).

Lemma absolute_norm_convex d : convex_on everywhere (absolute_norm d).
Proof.
  unfold absolute_norm. apply convex_sum; [exact convex_everywhere|]. intros j _. split; [exact convex_everywhere|].
  intros p q t _ _ Ht. unfold mix. assert (A := real_abs 1 0 (p O j O) (q O j O) t Ht). cbv beta in A.
  replace (1 * (t * p O j O + (1 - t) * q O j O) + 0) with (t * p O j O + (1 - t) * q O j O) in A by ring.
  replace (1 * p O j O + 0) with (p O j O) in A by ring. replace (1 * q O j O + 0) with (q O j O) in A by ring. exact A.
Qed.

Theorem lasso_convex n d X y c : 0 <= c ->
  convex_on everywhere (fun p => Sum n (fun i => (score d X i p - y i) ^ 2) + c * absolute_norm d p).
Proof. intros Hc. apply convex_plus; [apply least_squares_convex|apply convex_scal; [exact Hc|apply absolute_norm_convex]]. Qed.

(* Whatever is convex becomes strongly convex by c times the squared norm, with modulus 2 c. *)
Theorem penalised_strongly_convex d loss c : convex_on everywhere loss ->
  strongly_convex_on everywhere (2 * c) (squared_norm d) (fun p => loss p + c * squared_norm d p).
Proof. intros H. unfold strongly_convex_on. apply (convex_ext _ loss); [intros p _; field|exact H]. Qed.

Theorem elastic_net_strongly_convex n d X y c1 c2 : 0 <= c1 ->
  strongly_convex_on everywhere (2 * c2) (squared_norm d)
    (fun p => (Sum n (fun i => (score d X i p - y i) ^ 2) + c1 * absolute_norm d p) + c2 * squared_norm d p).
Proof. intros H. apply penalised_strongly_convex, lasso_convex, H. Qed.

Theorem ridge_logistic_strongly_convex n d X y c :
  strongly_convex_on everywhere (2 * c) (squared_norm d)
    (fun p => Sum n (fun i => softplus (- (y i * score d X i p))) + c * squared_norm d p).
Proof. apply penalised_strongly_convex, logistic_convex. Qed.
