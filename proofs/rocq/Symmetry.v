(* Symmetric functions: a convex one does not rise towards the mean of an orbit; networks do not notice a swap of units.
   Where: counterexamples by a pair of equal points; the gallery's theorem for networks of all sizes.
   Reference: Boyd and Vandenberghe, exercise 4.4; R. Hecht-Nielsen, On the algebraic structure of feedforward network
   weight spaces (1990). *)
From Coq Require Import Reals Lra Lia Arith List Permutation.
From Convexcheck Require Import Sums Convex.
Open Scope R_scope.

Theorem invariant_convex (D : point -> Prop) (f : point -> R) (g : point -> point) t p :
  convex_on D f -> D p -> D (g p) -> f (g p) = f p -> 0 <= t <= 1 -> f (mix t p (g p)) <= f p.
Proof. intros [_ C] Dp Dg E Ht. assert (A := C p (g p) t Dp Dg Ht). rewrite E in A. lra. Qed.

(* A pair of equal points with a higher one between them refutes convexity. *)
Theorem pair_refutes (D : point -> Prop) (f : point -> R) (g : point -> point) t p :
  D p -> D (g p) -> D (mix t p (g p)) -> f (g p) = f p -> 0 < t < 1 -> f p < f (mix t p (g p)) -> jensen_gap D f.
Proof. intros Dp Dg Dm E Ht H. exists p, (g p), t. rewrite E. repeat split; auto; lra. Qed.

(* The transposition of a and b. *)
Definition tr (a b i : nat) : nat := if Nat.eqb i a then b else if Nat.eqb i b then a else i.

Lemma tr_tr a b i : tr a b (tr a b i) = i.
Proof.
  unfold tr. destruct (Nat.eqb_spec i a), (Nat.eqb_spec i b); subst; rewrite ?Nat.eqb_refl; auto;
    try (destruct (Nat.eqb_spec b a); subst; auto; fail).
  - destruct (Nat.eqb_spec i a), (Nat.eqb_spec i b); congruence.
Qed.

(* Any bijection of the indices below n, not only a transposition. *)
Definition permutes (n : nat) (q : nat -> nat) : Prop :=
  (forall i, (i < n)%nat -> (q i < n)%nat) /\ (forall i j, (i < n)%nat -> (j < n)%nat -> q i = q j -> i = j).

Lemma Sum_list n f : Sum n f = fold_right Rplus 0 (map f (seq 0 n)).
Proof.
  induction n as [|n IH]; [reflexivity|]. rewrite Sum_S, IH, seq_S, map_app, fold_right_app. simpl.
  rewrite Rplus_0_r. clear IH. generalize (f n). induction (map f (seq 0 n)) as [|a l IL]; intros r; simpl; [lra|]. specialize (IL r). lra.
Qed.

Lemma permutes_seq n q : permutes n q -> Permutation (map q (seq 0 n)) (seq 0 n).
Proof.
  intros [Range Inj]. apply NoDup_Permutation_bis.
  - assert (G : forall l, NoDup l -> (forall i, In i l -> (i < n)%nat) -> NoDup (map q l)).
    { induction l as [|a l IL]; intros N H; simpl; constructor; inversion N; subst.
      - intros M. apply in_map_iff in M. destruct M as (b & E & B). apply Inj in E; [subst; contradiction|apply H; now right|apply H; now left].
      - apply IL; [assumption|]. intros i Hi. apply H. now right. }
    apply G; [apply seq_NoDup|]. intros i Hi. apply in_seq in Hi. lia.
  - rewrite map_length, seq_length. lia.
  - intros k H. apply in_map_iff in H. destruct H as (i & <- & Hi). apply in_seq in Hi. apply in_seq.
    assert (q i < n)%nat by (apply Range; lia). lia.
Qed.

Theorem Sum_permutes n q f : permutes n q -> Sum n (fun i => f (q i)) = Sum n f.
Proof.
  intros H. rewrite !Sum_list, <- (map_map q f).
  assert (P := Permutation_map f (permutes_seq n q H)). induction P; simpl; lra.
Qed.

Lemma permutes_tr n a b : (a < n)%nat -> (b < n)%nat -> permutes n (tr a b).
Proof.
  intros Ha Hb. split.
  - intros i Hi. unfold tr. destruct (Nat.eqb i a); [exact Hb|]. destruct (Nat.eqb i b); [exact Ha|exact Hi].
  - intros i j _ _ E. rewrite <- (tr_tr a b i), E. apply tr_tr.
Qed.

(* A feedforward network: layer l + 1 from layer l, with any activation per layer. *)
Section Network.
Variables (width : nat -> nat) (act : nat -> R -> R) (x : nat -> R).

Fixpoint forward (W : nat -> nat -> nat -> R) (b : nat -> nat -> R) (l k : nat) : R :=
  match l with
  | O => x k
  | S m => act m (Sum (width m) (fun j => W m k j * forward W b m j) + b m k)
  end.

(* Permute the units of layer m + 1: its rows of weights and biases, and the columns that read it. *)
Definition permute_weights (m : nat) (q : nat -> nat) (W : nat -> nat -> nat -> R) (l k j : nat) : R :=
  if Nat.eqb l m then W l (q k) j else if Nat.eqb l (S m) then W l k (q j) else W l k j.
Definition permute_biases (m : nat) (q : nat -> nat) (b : nat -> nat -> R) (l k : nat) : R :=
  if Nat.eqb l m then b l (q k) else b l k.

Lemma forward_below W b m q l k : (l <= m)%nat ->
  forward (permute_weights m q W) (permute_biases m q b) l k = forward W b l k.
Proof.
  revert k. induction l as [|l IH]; intros k H; [reflexivity|]. cbn [forward]. f_equal. f_equal.
  - apply Sum_ext. intros j _. rewrite IH by lia. unfold permute_weights.
    destruct (Nat.eqb_spec l m), (Nat.eqb_spec l (S m)); try lia; reflexivity.
  - unfold permute_biases. destruct (Nat.eqb_spec l m); [lia|reflexivity].
Qed.

Lemma forward_at W b m q k :
  forward (permute_weights m q W) (permute_biases m q b) (S m) k = forward W b (S m) (q k).
Proof.
  cbn [forward]. f_equal. f_equal.
  - apply Sum_ext. intros j _. rewrite forward_below by lia. unfold permute_weights. now rewrite Nat.eqb_refl.
  - unfold permute_biases. now rewrite Nat.eqb_refl.
Qed.

(* For all depths, widths and activations, and every permutation, what lies above the permuted layer is unchanged. *)
Theorem permute_invariant W b m q l k : permutes (width (S m)) q -> (S m < l)%nat ->
  forward (permute_weights m q W) (permute_biases m q b) l k = forward W b l k.
Proof.
  intros Q. revert k. induction l as [|l IH]; intros k H; [lia|]. cbn [forward]. f_equal. f_equal.
  - destruct (Nat.eq_dec l (S m)) as [->|N].
    + rewrite <- (Sum_permutes (width (S m)) q (fun j => W (S m) k j * forward W b (S m) j) Q).
      apply Sum_ext. intros j _. rewrite forward_at. unfold permute_weights.
      destruct (Nat.eqb_spec (S m) m); [lia|]. now rewrite Nat.eqb_refl.
    + apply Sum_ext. intros j _. rewrite IH by lia. unfold permute_weights.
      destruct (Nat.eqb_spec l m), (Nat.eqb_spec l (S m)); try lia; reflexivity.
  - unfold permute_biases. destruct (Nat.eqb_spec l m); [lia|reflexivity].
Qed.

(* In particular the swap of two hidden units. *)
Theorem swap_invariant W b m u v l k : (u < width (S m))%nat -> (v < width (S m))%nat -> (S m < l)%nat ->
  forward (permute_weights m (tr u v) W) (permute_biases m (tr u v) b) l k = forward W b l k.
Proof. intros Hu Hv. apply permute_invariant, permutes_tr; assumption. Qed.
End Network.

(* Signs and positive scales pass through odd and positively homogeneous activations. *)
Definition sign (s : R) : Prop := s = 1 \/ s = -1.
Lemma sign_one : sign 1.
Proof. now left. Qed.
Lemma sign_mul a b : sign a -> sign b -> sign (a * b).
Proof. intros [->| ->] [->| ->]; [left|right|right|left]; ring. Qed.
Lemma sign_square s : sign s -> s * s = 1.
Proof. intros [->| ->]; ring. Qed.
Lemma odd_sign (h : R -> R) s u : (forall x, h (- x) = - h x) -> sign s -> h (s * u) = s * h u.
Proof. intros O [->| ->]; [now rewrite !Rmult_1_l|]. replace (-1 * u) with (- u) by ring. rewrite O. ring. Qed.
Lemma even_sign (h : R -> R) s u : (forall x, h (- x) = h x) -> sign s -> h (s * u) = h u.
Proof. intros O [->| ->]; [now rewrite Rmult_1_l|]. replace (-1 * u) with (- u) by ring. apply O. Qed.
Lemma Rmax_scale c a b : 0 < c -> Rmax (c * a) (c * b) = c * Rmax a b.
Proof. intros H. apply RmaxRmult. lra. Qed.
Lemma tanh_odd x : tanh (- x) = - tanh x.
Proof.
  unfold tanh, sinh, cosh. rewrite Ropp_involutive. assert (0 < exp x) by apply exp_pos. assert (0 < exp (- x)) by apply exp_pos.
  field. lra.
Qed.
