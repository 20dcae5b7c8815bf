(* The functions of the language grow with their arguments.
   Where: bounds of a function from the bounds of its argument, in generated scripts.
   Reference: NIST Handbook of Mathematical Functions, chapter 4. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Functions Calculus Expr Signs.
Open Scope R_scope.

Lemma exp_mono a b : a <= b -> exp a <= exp b.
Proof. intros [H| ->]; [apply Rlt_le, exp_increasing, H|lra]. Qed.
Lemma exp_less a b : a < b -> exp a < exp b.
Proof. apply exp_increasing. Qed.
Lemma ln_mono a b : 0 < a -> a <= b -> ln a <= ln b.
Proof. intros P [H| ->]; [apply Rlt_le, ln_increasing; assumption|lra]. Qed.
Lemma ln_less a b : 0 < a -> a < b -> ln a < ln b.
Proof. apply ln_increasing. Qed.
Lemma sqrt_mono a b : 0 <= a -> a <= b -> sqrt a <= sqrt b.
Proof. intros. apply sqrt_le_1_alt. assumption. Qed.
Lemma sqrt_less a b : 0 <= a -> a < b -> sqrt a < sqrt b.
Proof. intros. apply sqrt_lt_1_alt. lra. Qed.
Lemma pw_less q a b : 0 < q -> 0 <= a -> a < b -> pw a q < pw b q.
Proof.
  intros Hq [Ha|<-] H; [|rewrite (pw_zero 0) by lra; apply pw_pos; lra].
  rewrite !pw_exp by lra. apply exp_increasing, Rmult_lt_compat_l; [exact Hq|]. apply ln_increasing; lra.
Qed.
Lemma pw_mono q a b : 0 < q -> 0 <= a -> a <= b -> pw a q <= pw b q.
Proof. intros Hq Ha [H| ->]; [apply Rlt_le, pw_less; assumption|lra]. Qed.
Lemma atan_less a b : a < b -> atan a < atan b.
Proof. apply atan_increasing. Qed.
Lemma atan_mono a b : a <= b -> atan a <= atan b.
Proof. intros [H| ->]; [apply Rlt_le, atan_less, H|lra]. Qed.
Lemma sinh_less a b : a < b -> sinh a < sinh b.
Proof. intros H. unfold sinh. assert (A := exp_less a b H). assert (B := exp_less (- b) (- a) ltac:(lra)). lra. Qed.
Lemma sinh_mono a b : a <= b -> sinh a <= sinh b.
Proof. intros [H| ->]; [apply Rlt_le, sinh_less, H|lra]. Qed.
Lemma softplus_less a b : a < b -> softplus a < softplus b.
Proof. intros H. unfold softplus. assert (A := exp_less a b H). assert (B := exp_pos a). apply ln_increasing; lra. Qed.
Lemma softplus_mono a b : a <= b -> softplus a <= softplus b.
Proof. intros [H| ->]; [apply Rlt_le, softplus_less, H|lra]. Qed.
Lemma sigmoid_less a b : a < b -> sigmoid a < sigmoid b.
Proof.
  intros H. unfold sigmoid. assert (A := exp_less (- b) (- a) ltac:(lra)). assert (B := exp_pos (- b)).
  apply inv_gt; lra.
Qed.
Lemma sigmoid_mono a b : a <= b -> sigmoid a <= sigmoid b.
Proof. intros [H| ->]; [apply Rlt_le, sigmoid_less, H|lra]. Qed.
Lemma tanh_sigmoid t : tanh t = 2 * sigmoid (2 * t) - 1.
Proof.
  unfold tanh, sinh, cosh, sigmoid. assert (A := exp_pos t). assert (B := exp_pos (- t)).
  replace (- (2 * t)) with (- t + - t) by ring. rewrite exp_plus.
  replace (exp t) with (/ exp (- t)) by (rewrite exp_Ropp; field; lra). field. nra.
Qed.
Lemma tanh_less a b : a < b -> tanh a < tanh b.
Proof. intros H. rewrite !tanh_sigmoid. assert (A := sigmoid_less (2 * a) (2 * b) ltac:(lra)). lra. Qed.
Lemma tanh_mono a b : a <= b -> tanh a <= tanh b.
Proof. intros [H| ->]; [apply Rlt_le, tanh_less, H|lra]. Qed.
Lemma asinh_less a b : a < b -> asinh a < asinh b.
Proof.
  intros H. unfold asinh.
  assert (P : forall t, 0 < t + sqrt (t ^ 2 + 1)).
  { intros t. assert (Q : 0 <= t ^ 2) by apply pow2_ge_0. destruct (Rle_lt_dec 0 t) as [T|T].
    - assert (0 < sqrt (t ^ 2 + 1)) by (apply sqrt_lt_R0; lra). lra.
    - assert (S : sqrt (t ^ 2) < sqrt (t ^ 2 + 1)) by (apply sqrt_less; lra).
      replace (t ^ 2) with ((- t) ^ 2) in S at 1 by ring. rewrite sqrt_pow2 in S by lra. lra. }
  apply ln_increasing; [apply P|]. assert (A := P a). assert (B := P b).
  set (u := sqrt (a ^ 2 + 1)) in *. set (w := sqrt (b ^ 2 + 1)) in *.
  assert (U : u * u = a ^ 2 + 1) by (apply sqrt_sqrt; nra). assert (W : w * w = b ^ 2 + 1) by (apply sqrt_sqrt; nra).
  assert (U0 : 0 <= u) by apply sqrt_pos. assert (W0 : 0 <= w) by apply sqrt_pos.
  (* with u + w > |a + b| the difference has the sign of b - a *)
  assert (S : 0 < u + w) by (destruct U0 as [U0|U0]; [lra|]; nra).
  assert (E : (u + w) * (w - u) = (b - a) * (b + a)) by (replace ((u + w) * (w - u)) with (w * w - u * u) by ring; rewrite U, W; ring).
  assert (F : (u + w) * (b + w - (a + u)) = (b - a) * ((a + u) + (b + w))) by (replace ((u + w) * (b + w - (a + u))) with
    ((u + w) * (b - a) + (u + w) * (w - u)) by ring; rewrite E; ring).
  assert (G : 0 < (u + w) * (b + w - (a + u))) by (rewrite F; apply Rmult_lt_0_compat; lra).
  apply Rmult_lt_reg_l with (u + w); lra.
Qed.
Lemma asinh_mono a b : a <= b -> asinh a <= asinh b.
Proof. intros [H| ->]; [apply Rlt_le, asinh_less, H|lra]. Qed.

(* By its derivative. *)
Lemma erf_less a b : a < b -> erf a < erf b.
Proof.
  intros H. destruct (mean_value erf (fun x => 2 / sqrt PI * exp (- (x ^ 2))) a b H) as (c & Hc & E).
  - intros t _. apply derivable_continuous_pt. eexists. apply is_derive_Reals, is_derive_erf.
  - intros t _. apply is_derive_erf.
  - assert (P : 0 < 2 / sqrt PI * exp (- (c ^ 2)) * (b - a)); [|lra].
    assert (0 < sqrt PI) by (apply sqrt_lt_R0, PI_RGT_0). assert (0 < / sqrt PI) by (apply Rinv_0_lt_compat; assumption).
    repeat apply Rmult_lt_0_compat; try lra. apply exp_pos.
Qed.
Lemma erf_mono a b : a <= b -> erf a <= erf b.
Proof. intros [H| ->]; [apply Rlt_le, erf_less, H|lra]. Qed.
Lemma erf_0 : erf 0 = 0.
Proof. unfold erf. rewrite RInt_point. unfold zero; simpl. ring. Qed.
Lemma erf_opp t : erf (- t) = - erf t.
Proof.
  assert (Z : forall x, derivable_pt_lim (fun s => erf (- s) + erf s) x 0).
  { intros x. apply is_derive_Reals. evar_last.
    - apply (der_plus (fun s => erf (- s)) erf); [|apply is_derive_erf].
      apply (der_comp erf (fun s => - s) x (- 1)); [apply is_derive_erf|]. auto_derive; [exact I|ring].
    - replace ((- x) ^ 2) with (x ^ 2) by ring. ring. }
  assert (C : forall a b, a < b -> erf (- a) + erf a = erf (- b) + erf b).
  { intros a b H. destruct (mean_value (fun s => erf (- s) + erf s) (fun _ => 0) a b H) as (c & _ & E); [| |lra].
    - intros s _. apply derivable_continuous_pt. eexists. apply Z.
    - intros s _. apply is_derive_Reals, Z. }
  assert (O : erf (- 0) + erf 0 = 0) by (rewrite Ropp_0, erf_0; ring).
  destruct (Rtotal_order t 0) as [H|[->|H]]; [assert (A := C t 0 H)|rewrite Ropp_0, erf_0; ring|assert (A := C 0 t H)]; lra.
Qed.

(* Bounds of roots, without computing one. *)
Lemma sqrt_above c u : 0 <= c -> c ^ 2 <= u -> c <= sqrt u.
Proof. intros Hc H. rewrite <- (sqrt_pow2 c Hc). apply sqrt_mono; [apply pow2_ge_0|exact H]. Qed.
Lemma sqrt_above_lt c u : 0 <= c -> c ^ 2 < u -> c < sqrt u.
Proof. intros Hc H. rewrite <- (sqrt_pow2 c Hc). apply sqrt_less; [apply pow2_ge_0|exact H]. Qed.
Lemma sqrt_below c u : 0 <= c -> u <= c ^ 2 -> sqrt u <= c.
Proof. intros Hc H. rewrite <- (sqrt_pow2 c Hc). apply sqrt_le_1_alt. exact H. Qed.
Lemma sqrt_below_lt c u : 0 < c -> 0 <= u -> u < c ^ 2 -> sqrt u < c.
Proof. intros Hc Hu H. rewrite <- (sqrt_pow2 c) by lra. apply sqrt_less; assumption. Qed.

Lemma pw_power u q (a b : nat) : 0 < u -> IZR (Z.of_nat b) * q = IZR (Z.of_nat a) -> pw u q ^ b = u ^ a.
Proof.
  intros Hu Hq. rewrite pw_exp by exact Hu. rewrite exp_power, <- Rmult_assoc, Hq, <- exp_power, exp_ln by exact Hu.
  reflexivity.
Qed.
Lemma pw_above c u q (a b : nat) :
  0 < u -> IZR (Z.of_nat b) * q = IZR (Z.of_nat a) -> c ^ b <= u ^ a -> 0 <= c -> (0 < b)%nat -> c <= pw u q.
Proof.
  intros Hu Hq H Hc Hb. destruct (Rle_lt_dec c (pw u q)) as [|L]; [assumption|exfalso].
  assert (A := pow_gt c b (pw u q) Hb (pw_nonneg u q) L). rewrite (pw_power u q a b Hu Hq) in A. lra.
Qed.
Lemma pw_above_lt c u q (a b : nat) :
  0 < u -> IZR (Z.of_nat b) * q = IZR (Z.of_nat a) -> c ^ b < u ^ a -> 0 <= c -> (0 < b)%nat -> c < pw u q.
Proof.
  intros Hu Hq H Hc Hb. destruct (Rlt_le_dec c (pw u q)) as [|L]; [assumption|exfalso].
  assert (A := pow_ge c b (pw u q) (pw_nonneg u q) L). rewrite (pw_power u q a b Hu Hq) in A. lra.
Qed.
Lemma pw_below c u q (a b : nat) :
  IZR (Z.of_nat b) * q = IZR (Z.of_nat a) -> (0 < u -> u ^ a <= c ^ b) -> 0 <= c -> (0 < b)%nat -> pw u q <= c.
Proof.
  intros Hq H Hc Hb. destruct (Rlt_le_dec 0 u) as [Hu|Hu]; [|rewrite pw_zero by exact Hu; exact Hc].
  destruct (Rle_lt_dec (pw u q) c) as [|L]; [assumption|exfalso].
  assert (A := pow_gt (pw u q) b c Hb Hc L). rewrite (pw_power u q a b Hu Hq) in A. assert (B := H Hu). lra.
Qed.
Lemma pw_below_lt c u q (a b : nat) :
  IZR (Z.of_nat b) * q = IZR (Z.of_nat a) -> (0 < u -> u ^ a < c ^ b) -> 0 < c -> (0 < b)%nat -> pw u q < c.
Proof.
  intros Hq H Hc Hb. destruct (Rlt_le_dec 0 u) as [Hu|Hu]; [|rewrite pw_zero by exact Hu; exact Hc].
  destruct (Rlt_le_dec (pw u q) c) as [|L]; [assumption|exfalso].
  assert (A := pow_ge (pw u q) b c ltac:(lra) L). rewrite (pw_power u q a b Hu Hq) in A. assert (B := H Hu). lra.
Qed.
