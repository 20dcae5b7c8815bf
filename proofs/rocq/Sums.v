(* Finite sums and maxima over indices below n.
   Where: the language's binders Sum(i < n, ...) and Max(i < n, ...); every other file builds on it.
   Reference: a sum over no index is 0; a maximum needs n >= 1. *)
From Coq Require Import Reals Lra Lia.
Open Scope R_scope.

Fixpoint Sum (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S m => Sum m f + f m end.

Fixpoint Maxi (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S O => f O | S m => Rmax (Maxi m f) (f m) end.

Lemma Sum_S n f : Sum (S n) f = Sum n f + f n.
Proof. reflexivity. Qed.

Lemma Sum_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> Sum n f = Sum n g.
Proof. induction n as [|n IH]; intros H; simpl; [reflexivity|]. rewrite IH, (H n); auto with arith. Qed.

Lemma Sum_plus n f g : Sum n (fun i => f i + g i) = Sum n f + Sum n g.
Proof. induction n as [|n IH]; simpl; [lra|]. rewrite IH. lra. Qed.

Lemma Sum_scal n c f : Sum n (fun i => c * f i) = c * Sum n f.
Proof. induction n as [|n IH]; simpl; [lra|]. rewrite IH. lra. Qed.

Lemma Sum_scal_r n c f : Sum n (fun i => f i * c) = Sum n f * c.
Proof. induction n as [|n IH]; simpl; [lra|]. rewrite IH. lra. Qed.

Lemma Sum_opp n f : Sum n (fun i => - f i) = - Sum n f.
Proof. induction n as [|n IH]; simpl; [lra|]. rewrite IH. lra. Qed.

Lemma Sum_minus n f g : Sum n (fun i => f i - g i) = Sum n f - Sum n g.
Proof. induction n as [|n IH]; simpl; [lra|]. rewrite IH. lra. Qed.

Lemma Sum_zero n f : (forall i, (i < n)%nat -> f i = 0) -> Sum n f = 0.
Proof. induction n as [|n IH]; intros H; simpl; [reflexivity|]. rewrite IH, (H n); auto with arith. lra. Qed.

Lemma Sum_const n c : Sum n (fun _ => c) = INR n * c.
Proof. induction n as [|n IH]; [simpl; lra|]. rewrite S_INR. simpl. rewrite IH. lra. Qed.

Lemma Sum_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> Sum n f <= Sum n g.
Proof.
  induction n as [|n IH]; intros H; simpl; [lra|].
  assert (f n <= g n) by (apply H; auto with arith).
  assert (Sum n f <= Sum n g) by (apply IH; auto with arith). lra.
Qed.

Lemma Sum_ge0 n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= Sum n f.
Proof. intros H. rewrite <- (Sum_zero n (fun _ => 0)) by auto. now apply Sum_le. Qed.

Lemma Sum_gt0 n f : (0 < n)%nat -> (forall i, (i < n)%nat -> 0 < f i) -> 0 < Sum n f.
Proof.
  destruct n as [|n]; [lia|]. intros _ H. simpl.
  assert (0 <= Sum n f) by (apply Sum_ge0; intros i Hi; apply Rlt_le, H; lia).
  assert (0 < f n) by (apply H; lia). lra.
Qed.

(* One term > 0, the others >= 0. *)
Lemma Sum_gt0_at n f k : (k < n)%nat -> (forall i, (i < n)%nat -> 0 <= f i) -> 0 < f k -> 0 < Sum n f.
Proof.
  induction n as [|n IH]; intros Hk H P; [lia|]. rewrite Sum_S. destruct (Nat.eq_dec k n) as [->|N].
  - assert (0 <= Sum n f) by (apply Sum_ge0; intros; apply H; lia). lra.
  - assert (0 < Sum n f) by (apply IH; [lia|intros; apply H; lia|exact P]). assert (0 <= f n) by (apply H; lia). lra.
Qed.

Lemma Sum_le0 n f : (forall i, (i < n)%nat -> f i <= 0) -> Sum n f <= 0.
Proof. intros H. rewrite <- (Sum_zero n (fun _ => 0)) by auto. now apply Sum_le. Qed.

Lemma Sum_swap n m f : Sum n (fun i => Sum m (fun j => f i j)) = Sum m (fun j => Sum n (fun i => f i j)).
Proof.
  induction n as [|n IH]; simpl; [now rewrite Sum_zero|].
  rewrite IH. symmetry. apply Sum_plus.
Qed.

Lemma Sum_pick n k f : (k < n)%nat -> Sum n (fun i => if Nat.eqb i k then f i else 0) = f k.
Proof.
  induction n as [|n IH]; intros H; simpl; [lia|].
  destruct (Nat.eqb_spec n k) as [->|Hn].
  - rewrite Sum_zero; [lra|]. intros i Hi. destruct (Nat.eqb_spec i k); [lia|reflexivity].
  - rewrite IH by lia. lra.
Qed.

(* Cauchy and Schwarz, in the form that log-sum-exp needs: (Sum a b)^2 <= (Sum a) (Sum a b^2) for a >= 0. *)
Lemma Sum_cauchy n (a b : nat -> R) :
  (forall i, (i < n)%nat -> 0 <= a i) ->
  Sum n (fun i => a i * b i) ^ 2 <= Sum n a * Sum n (fun i => a i * b i ^ 2).
Proof.
  intros Ha. induction n as [|n IH]; [simpl; lra|].
  assert (IH' := IH (fun i Hi => Ha i (Nat.lt_lt_succ_r _ _ Hi))). clear IH.
  assert (H0 : 0 <= a n) by (apply Ha; lia).
  assert (HA : 0 <= Sum n a) by (apply Sum_ge0; intros; apply Ha; lia).
  assert (HB : 0 <= Sum n (fun i => a i * (b i - b n) ^ 2)).
  { apply Sum_ge0. intros i Hi. apply Rmult_le_pos; [apply Ha; lia|]. apply pow2_ge_0. }
  assert (E : Sum n (fun i => a i * (b i - b n) ^ 2)
              = Sum n (fun i => a i * b i ^ 2) + - (2 * b n) * Sum n (fun i => a i * b i) + b n ^ 2 * Sum n a).
  { rewrite <- !Sum_scal, <- !Sum_plus. apply Sum_ext. intros. ring. }
  rewrite E in HB. rewrite !Sum_S.
  set (A := Sum n a) in *. set (B := Sum n (fun i => a i * b i)) in *.
  set (C := Sum n (fun i => a i * b i ^ 2)) in *.
  assert (HC : 0 <= a n * (C + - (2 * b n) * B + b n ^ 2 * A)) by (apply Rmult_le_pos; assumption).
  cbn beta. assert (E2 : (B + a n * b n) ^ 2 = B ^ 2 + 2 * a n * b n * B + a n ^ 2 * b n ^ 2) by ring.
  assert (E3 : (A + a n) * (C + a n * b n ^ 2) = A * C + a n ^ 2 * b n ^ 2 + a n * (C + - (2 * b n) * B + b n ^ 2 * A)
    + 2 * a n * b n * B) by ring.
  rewrite E2, E3. lra.
Qed.

Lemma Maxi_S n f : (0 < n)%nat -> Maxi (S n) f = Rmax (Maxi n f) (f n).
Proof. destruct n; [lia|reflexivity]. Qed.

Lemma Maxi_ge n f i : (i < n)%nat -> f i <= Maxi n f.
Proof.
  induction n as [|n IH]; [lia|]. intros H.
  destruct n as [|n]; [replace i with O by lia; simpl; lra|].
  rewrite Maxi_S by lia. destruct (Nat.eq_dec i (S n)) as [->|Hi]; [apply Rmax_r|].
  apply Rle_trans with (Maxi (S n) f); [apply IH; lia|apply Rmax_l].
Qed.

Lemma Maxi_le n f c : (0 < n)%nat -> (forall i, (i < n)%nat -> f i <= c) -> Maxi n f <= c.
Proof.
  induction n as [|n IH]; [lia|]. intros _ H.
  destruct n as [|n]; [apply H; lia|]. rewrite Maxi_S by lia.
  apply Rmax_lub; [apply IH; [lia|intros; apply H; lia]|apply H; lia].
Qed.

Lemma Maxi_attained n f : (0 < n)%nat -> exists i, (i < n)%nat /\ Maxi n f = f i.
Proof.
  induction n as [|n IH]; [lia|]. intros _.
  destruct n as [|n]; [exists O; split; [lia|reflexivity]|]. rewrite Maxi_S by lia.
  destruct (Rle_dec (Maxi (S n) f) (f (S n))) as [H|H].
  - exists (S n). split; [lia|]. now apply Rmax_right.
  - destruct IH as [i [Hi E]]; [lia|]. exists i. split; [lia|]. rewrite Rmax_left by lra. exact E.
Qed.
