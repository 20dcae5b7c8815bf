(* Quadratic forms in a few expressions: principal minors, and a sum of squares with a correction of low rank.
   Where: the sign rules "minors" and "diagonal plus low rank"; log-sum-exp and softmax of any size.
   Reference: R. A. Horn, C. R. Johnson, Matrix Analysis, theorem 7.2.5; the minimum of sum a v^2 at given L = sum a r v
   is L^2 / sum a r^2. *)
From Coq Require Import Reals Lra Lia Psatz.
From Convexcheck Require Import Sums Signs.
Open Scope R_scope.

Lemma minor1 a x : 0 <= a -> 0 <= a * (x * x).
Proof. intros. apply mul_pp; [assumption|nra]. Qed.

(* Of a scaled value. *)
Lemma scaled_ge0 a x : 0 < a -> 0 <= a * x -> 0 <= x.
Proof. intros. destruct (Rle_lt_dec 0 x); [assumption|exfalso]. assert (a * x < 0) by (apply mul_pn_lt; assumption). lra. Qed.
Lemma scaled_gt0 a x : 0 < a -> 0 < a * x -> 0 < x.
Proof. intros. destruct (Rlt_le_dec 0 x); [assumption|exfalso]. assert (a * x <= 0) by (apply mul_pn; lra). lra. Qed.

Lemma square0 b : b * b <= 0 -> b = 0.
Proof. intros. nra. Qed.

Lemma minors2 a b c x y : 0 <= a -> 0 <= c -> 0 <= a * c - b * b ->
  0 <= a * (x * x) + 2 * (b * (x * y)) + c * (y * y).
Proof.
  intros Ha Hc Hd. destruct Ha as [Ha|Ha].
  - apply (scaled_ge0 a); [assumption|].
    replace (a * (a * (x * x) + 2 * (b * (x * y)) + c * (y * y))) with ((a * x + b * y) ^ 2 + (a * c - b * b) * y ^ 2) by ring.
    assert (0 <= (a * c - b * b) * y ^ 2) by (apply mul_pp; [assumption|apply pow2_ge_0]).
    assert (0 <= (a * x + b * y) ^ 2) by apply pow2_ge_0. lra.
  - subst a. assert (b = 0) by (apply square0; lra). subst b. assert (0 <= c * (y * y)) by (apply minor1, Hc). lra.
Qed.

Lemma leading2 a b c x y : 0 < a -> 0 <= a * c - b * b -> 0 <= a * (x * x) + 2 * (b * (x * y)) + c * (y * y).
Proof.
  intros Ha Hd. apply minors2; [lra| |assumption]. apply (scaled_ge0 a); [assumption|]. assert (0 <= b * b) by nra. lra.
Qed.

(* A number plus multiples of squares, whose factors are hypotheses. *)
Lemma squares_margin m r : 0 < m -> 0 <= r -> 0 < m + r.
Proof. intros. lra. Qed.
Ltac squares :=
  match goal with
  | |- 0 <= 0 => apply Rle_refl
  | |- 0 <= _ + _ => apply Rplus_le_le_0_compat; squares
  | |- 0 <= _ ^ 2 => apply pow2_ge_0
  | |- 0 <= _ * _ => apply mul_pp; squares
  | _ => first [assumption | lra]
  end.

Definition form3 (a b d c e f x y z : R) : R :=
  a * (x * x) + 2 * (b * (x * y)) + d * (y * y) + 2 * (c * (x * z)) + 2 * (e * (y * z)) + f * (z * z).
Definition det3 (a b d c e f : R) : R := a * (d * f - e * e) - b * (b * f - e * c) + c * (b * e - d * c).

(* The matrix with rows (a b c), (b d e), (c e f). *)
Lemma eliminated a b d c e f x y z : 0 < a ->
  0 <= (a * d - b * b) * (y * y) + 2 * ((a * e - b * c) * (y * z)) + (a * f - c * c) * (z * z) ->
  0 <= form3 a b d c e f x y z.
Proof.
  intros Ha H. unfold form3. apply (scaled_ge0 a); [assumption|].
  match goal with |- 0 <= ?g => replace g with ((a * x + b * y + c * z) ^ 2
    + ((a * d - b * b) * (y * y) + 2 * ((a * e - b * c) * (y * z)) + (a * f - c * c) * (z * z))) by ring end.
  assert (0 <= (a * x + b * y + c * z) ^ 2) by apply pow2_ge_0. lra.
Qed.

Lemma minors3 a b d c e f x y z :
  0 <= a -> 0 <= d -> 0 <= a * d - b * b -> 0 <= f -> 0 <= a * f - c * c -> 0 <= d * f - e * e -> 0 <= det3 a b d c e f ->
  0 <= form3 a b d c e f x y z.
Proof.
  intros Ha Hd H1 Hf H2 H3 H. destruct Ha as [Ha|Ha].
  - apply eliminated; [assumption|]. apply minors2; [assumption|assumption|].
    replace ((a * d - b * b) * (a * f - c * c) - (a * e - b * c) * (a * e - b * c)) with (a * det3 a b d c e f)
      by (unfold det3; ring). apply mul_pp; lra.
  - subst a. assert (b = 0) by (apply square0; lra). assert (c = 0) by (apply square0; lra). subst b c.
    assert (A := minors2 d e f y z Hd Hf H3). unfold form3. lra.
Qed.

Lemma leading3 a b d c e f x y z :
  0 < a -> 0 < a * d - b * b -> 0 <= det3 a b d c e f -> 0 <= form3 a b d c e f x y z.
Proof.
  intros Ha H1 H. apply eliminated; [assumption|]. apply leading2; [assumption|].
  replace ((a * d - b * b) * (a * f - c * c) - (a * e - b * c) * (a * e - b * c)) with (a * det3 a b d c e f)
    by (unfold det3; ring). apply mul_pp; lra.
Qed.

(* A polynomial as a sum of products of numbers >= 0 and powers of the distances from the ends of a range. *)
Ltac bernstein :=
  match goal with
  | |- 0 <= 0 => apply Rle_refl
  | |- 0 <= _ + _ => apply Rplus_le_le_0_compat; bernstein
  | |- 0 <= _ * _ => apply mul_pp; bernstein
  | |- 0 <= _ ^ _ => apply pow_le; lra
  | _ => lra
  end.

(* At weights a >= 0: a sum of a r v vanishes with the sum of a r^2. *)
Lemma weighted_zero n (a r v : nat -> R) :
  (forall k, (k < n)%nat -> 0 <= a k) -> Sum n (fun k => a k * r k ^ 2) = 0 -> Sum n (fun k => a k * r k * v k) = 0.
Proof.
  intros Ha. induction n as [|n IH]; intros E; [reflexivity|]. rewrite Sum_S in *.
  assert (P : forall k, (k < S n)%nat -> 0 <= a k * r k ^ 2) by (intros; apply mul_pp; [apply Ha; assumption|apply pow2_ge_0]).
  assert (A : 0 <= Sum n (fun k => a k * r k ^ 2)) by (apply Sum_ge0; intros; apply P; lia).
  assert (B := P n ltac:(lia)). cbv beta in *. rewrite IH; [|intros; apply Ha; lia|lra].
  assert (Z : a n * r n ^ 2 = 0) by lra. assert (a n = 0 \/ r n = 0) by (destruct (Rmult_integral _ _ Z); [left; assumption|right; nra]).
  destruct H as [-> | ->]; ring.
Qed.

(* The least sum of a v^2 at given L = G s is G s^2, so that it is enough to look at (G s^2, L = G s). *)
Theorem low_rank n (a r v : nat -> R) (rest : R -> R) :
  (forall k, (k < n)%nat -> 0 <= a k) ->
  (let G := Sum n (fun k => a k * r k ^ 2) in forall s, 0 <= G * s ^ 2 + rest (G * s)) ->
  0 <= Sum n (fun k => a k * v k ^ 2) + rest (Sum n (fun k => a k * r k * v k)).
Proof.
  intros Ha. set (G := Sum n (fun k => a k * r k ^ 2)). intros H. cbv zeta in H.
  assert (HG : 0 <= G) by (apply Sum_ge0; intros; apply mul_pp; [apply Ha; assumption|apply pow2_ge_0]).
  set (L := Sum n (fun k => a k * r k * v k)). destruct HG as [HG|HG].
  - assert (Q : 0 <= Sum n (fun k => a k * (v k - L / G * r k) ^ 2))
      by (apply Sum_ge0; intros; apply mul_pp; [apply Ha; assumption|apply pow2_ge_0]).
    rewrite (Sum_ext n _ (fun k => a k * v k ^ 2 + (- (2 * (L / G)) * (a k * r k * v k) + (L / G) ^ 2 * (a k * r k ^ 2)))) in Q
      by (intros; ring).
    rewrite !Sum_plus, !Sum_scal in Q. fold L G in Q. assert (B := H (L / G)).
    replace (G * (L / G)) with L in B by (field; lra).
    replace (G * (L / G) ^ 2) with (L * (L / G)) in B by (field; lra).
    replace ((L / G) ^ 2 * G) with (L * (L / G)) in Q by (field; lra). lra.
  - assert (E : L = 0) by (apply weighted_zero; [assumption|symmetry; assumption]). rewrite E.
    assert (B := H 0). rewrite <- HG in B. rewrite !Rmult_0_l in B.
    assert (0 <= Sum n (fun k => a k * v k ^ 2)) by (apply Sum_ge0; intros; apply mul_pp; [apply Ha; assumption|apply pow2_ge_0]). lra.
Qed.
