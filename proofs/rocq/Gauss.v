(* The Gaussian integral: the error function lies between -1 and 1.
   Where: bounds of erf, and so the normal distribution's function, in generated scripts.
   Reference: with I(x) the integral of exp(-s^2) from 0 to x, the derivative of I(x)^2 plus the integral over t from 0
   to 1 of exp(-x^2 (1 + t^2)) / (1 + t^2) is 0, and at 0 the sum is PI / 4. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Functions Calculus Expr Ranges.
Open Scope R_scope.

Definition gauss (x : R) : R := RInt (fun s => exp (- (s ^ 2))) 0 x.
Definition over (x t : R) : R := exp (- (x ^ 2 * (1 + t ^ 2))) * / (1 + t ^ 2).
Definition rest (x : R) : R := RInt (over x) 0 1.

Lemma square_pos t : 0 < 1 + t ^ 2.
Proof. assert (H := pow2_ge_0 t). lra. Qed.

Lemma continuous_gauss x : continuous (fun s => exp (- (s ^ 2))) x.
Proof. apply (ex_derive_continuous (fun s => exp (- (s ^ 2)))). auto_derive. exact I. Qed.

Lemma is_derive_gauss x : is_derive gauss x (exp (- (x ^ 2))).
Proof.
  unfold gauss. apply (is_derive_RInt (fun s => exp (- (s ^ 2))) _ 0).
  - apply filter_forall. intros t. apply (@RInt_correct R_CompleteNormedModule).
    apply (@ex_RInt_continuous R_CompleteNormedModule). intros z _. apply continuous_gauss.
  - apply continuous_gauss.
Qed.

Lemma is_derive_over x t : is_derive (fun u => over u t) x (- (2 * x) * exp (- (x ^ 2 * (1 + t ^ 2)))).
Proof.
  unfold over. assert (H := square_pos t). set (c := 1 + t ^ 2) in *. auto_derive; [exact I|].
  replace (- (x * (x * 1) * c)) with (- (x ^ 2 * c)) by ring. field. lra.
Qed.

Lemma ex_RInt_over x : ex_RInt (over x) 0 1.
Proof.
  apply (@ex_RInt_continuous R_CompleteNormedModule). intros t _. unfold over.
  apply (ex_derive_continuous (fun t => exp (- (x ^ 2 * (1 + t ^ 2))) * / (1 + t ^ 2))). auto_derive.
  assert (H := square_pos t). simpl in H. lra.
Qed.

Lemma is_derive_rest x : is_derive rest x (- (2 * exp (- (x ^ 2)) * gauss x)).
Proof.
  assert (A : is_derive rest x (RInt (fun t => Derive (fun u => over u t) x) 0 1)).
  { unfold rest. apply (is_derive_RInt_param over).
    - apply filter_forall. intros y t _. eexists. apply is_derive_over.
    - intros t _. apply (continuity_2d_pt_ext (fun u v => - (2 * u) * exp (- (u ^ 2 * (1 + v ^ 2))))).
      { intros u v. symmetry. apply is_derive_unique, is_derive_over. }
      apply continuity_2d_pt_mult.
      + apply continuity_2d_pt_opp, continuity_2d_pt_mult; [apply continuity_2d_pt_const|apply continuity_2d_pt_id1].
      + apply (continuity_1d_2d_pt_comp exp); [reg|]. simpl. apply continuity_2d_pt_opp, continuity_2d_pt_mult.
        * repeat apply continuity_2d_pt_mult; try apply continuity_2d_pt_id1. apply continuity_2d_pt_const.
        * apply continuity_2d_pt_plus; [apply continuity_2d_pt_const|].
          repeat apply continuity_2d_pt_mult; try apply continuity_2d_pt_id2. apply continuity_2d_pt_const.
    - apply filter_forall. intros y. apply ex_RInt_over. }
  evar_last; [exact A|].
  rewrite (RInt_ext _ (fun t => scal (- (2 * exp (- (x ^ 2)))) (scal x (exp (- ((x * t + 0) ^ 2)))))).
  2:{ intros t _. replace (Derive (fun u => over u t) x) with (- (2 * x) * exp (- (x ^ 2 * (1 + t ^ 2))))
        by (symmetry; apply is_derive_unique, is_derive_over). unfold scal; simpl. unfold mult; simpl.
      replace (- (x * (x * 1) * (1 + t * (t * 1)))) with (- (x * (x * 1)) + - ((x * t + 0) * ((x * t + 0) * 1))) by ring.
      rewrite exp_plus. ring. }
  assert (E : ex_RInt (fun t => scal x (exp (- ((x * t + 0) ^ 2)))) 0 1).
  { apply (@ex_RInt_continuous R_CompleteNormedModule). intros t _.
    apply (ex_derive_continuous (fun t => x * exp (- ((x * t + 0) ^ 2)))). auto_derive. exact I. }
  rewrite (RInt_scal (V := R_CompleteNormedModule)) by exact E.
  rewrite (RInt_comp_lin (V := R_CompleteNormedModule) (fun s => exp (- (s ^ 2)))).
  2:{ apply (@ex_RInt_continuous R_CompleteNormedModule). intros t _. apply continuous_gauss. }
  unfold gauss, scal; simpl. unfold mult; simpl. rewrite Rmult_0_r, !Rplus_0_r, Rmult_1_r. ring.
Qed.

Lemma rest_0 : rest 0 = PI / 4.
Proof.
  unfold rest. apply is_RInt_unique. replace (PI / 4) with (minus (atan 1) (atan 0)).
  2:{ change (atan 1 - atan 0 = PI / 4). rewrite atan_0, atan_1. ring. }
  apply (is_RInt_ext (fun t => / (1 + t ^ 2))).
  { intros t _. unfold over. rewrite pow_i by lia. rewrite Rmult_0_l, Ropp_0, exp_0. symmetry. apply Rmult_1_l. }
  apply (is_RInt_derive atan (fun t => / (1 + t ^ 2))).
  - intros t _. evar_last; [apply is_derive_atan|]. unfold Rsqr. simpl. f_equal. ring.
  - intros t _. apply (ex_derive_continuous (fun t => / (1 + t ^ 2))). auto_derive. assert (H := square_pos t). simpl in H. lra.
Qed.

Lemma rest_ge0 x : 0 <= rest x.
Proof.
  unfold rest. apply RInt_ge_0; [lra|apply ex_RInt_over|]. intros t _. unfold over.
  apply Rmult_le_pos; [apply Rlt_le, exp_pos|apply Rlt_le, Rinv_0_lt_compat, square_pos].
Qed.

Theorem gauss_square x : gauss x ^ 2 + rest x = PI / 4.
Proof.
  assert (Z : forall y, is_derive (fun y => gauss y ^ 2 + rest y) y 0).
  { intros y. evar_last.
    - apply (der_plus (fun y => gauss y ^ 2) rest); [|apply is_derive_rest].
      apply (der_comp (fun u => u ^ 2) gauss); [|apply is_derive_gauss]. apply (is_derive_pow (fun u => u) 2 (gauss y) 1).
      apply is_derive_Reals, derivable_pt_lim_id.
    - simpl. ring. }
  assert (C : forall a b, a < b -> gauss a ^ 2 + rest a = gauss b ^ 2 + rest b).
  { intros a b H. destruct (mean_value (fun y => gauss y ^ 2 + rest y) (fun _ => 0) a b H) as (c & _ & E); [| |lra].
    - intros s _. apply derivable_continuous_pt. eexists. apply is_derive_Reals, Z.
    - intros s _. apply Z. }
  assert (O : gauss 0 ^ 2 + rest 0 = PI / 4) by (rewrite rest_0; unfold gauss; rewrite RInt_point; unfold zero; simpl; ring).
  destruct (Rtotal_order x 0) as [H|[->|H]]; [assert (A := C x 0 H)|exact O|assert (A := C 0 x H)]; lra.
Qed.

Lemma erf_le1 x : erf x <= 1.
Proof.
  assert (S := gauss_square x). assert (P := rest_ge0 x). assert (R0 : 0 < sqrt PI) by (apply sqrt_lt_R0, PI_RGT_0).
  assert (R1 : sqrt PI * sqrt PI = PI) by (apply sqrt_sqrt, Rlt_le, PI_RGT_0).
  assert (G : 2 * gauss x <= sqrt PI) by nra.
  change (erf x) with (2 / sqrt PI * gauss x). apply Rmult_le_reg_r with (sqrt PI); [exact R0|].
  replace (2 / sqrt PI * gauss x * sqrt PI) with (2 * gauss x) by (field; lra). lra.
Qed.
Theorem erf_lt1 x : erf x < 1.
Proof. assert (A := erf_less x (x + 1) ltac:(lra)). assert (B := erf_le1 (x + 1)). lra. Qed.
Theorem erf_gt_1 x : -1 < erf x.
Proof. assert (A := erf_lt1 (- x)). rewrite erf_opp in A. lra. Qed.
