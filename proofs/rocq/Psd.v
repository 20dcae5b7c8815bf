(* Positive semidefinite matrices: by a factorisation that is checked by computation, and near such a matrix.
   Where: the sign rules "Gram" and "cover"; quadratic functions.
   A matrix of rationals is a function of two indices; the factorisation is A = sum_k d_k l_k l_k' + S, where the
   residual S (0 for an exact factorisation) is diagonally dominant, so that rounded factors will do.
   Reference: G. H. Golub, C. F. Van Loan, Matrix Computations, section 4.2; S. M. Rump, Verification of positive
   definiteness (2006). *)
From Coq Require Import Reals Lra Lia QArith Qreals Qabs.
From Coq Require Import List.
From Convexcheck Require Import Sums Signs.
Open Scope R_scope.

Definition form (n : nat) (A : nat -> nat -> R) (v : nat -> R) : R := Sum n (fun i => Sum n (fun j => A i j * v i * v j)).
Definition psd (n : nat) (A : nat -> nat -> R) : Prop := forall v, 0 <= form n A v.

Lemma form_ext n A B v : (forall i j, (i < n)%nat -> (j < n)%nat -> A i j = B i j) -> form n A v = form n B v.
Proof. intros H. apply Sum_ext. intros i Hi. apply Sum_ext. intros j Hj. now rewrite H. Qed.

Lemma form_plus n A B v : form n (fun i j => A i j + B i j) v = form n A v + form n B v.
Proof.
  unfold form. rewrite <- Sum_plus. apply Sum_ext. intros i _. rewrite <- Sum_plus. apply Sum_ext. intros j _. ring.
Qed.

Lemma form_square n r v : form n (fun i j => r i * r j) v = Sum n (fun i => r i * v i) ^ 2.
Proof.
  unfold form. rewrite (Sum_ext n _ (fun i => (r i * v i) * Sum n (fun j => r j * v j))).
  - rewrite Sum_scal_r. ring.
  - intros i _. rewrite <- Sum_scal. apply Sum_ext. intros j _. ring.
Qed.

Lemma form_factors n m (d : nat -> R) (l : nat -> nat -> R) v :
  form n (fun i j => Sum m (fun k => d k * (l k i * l k j))) v = Sum m (fun k => d k * Sum n (fun i => l k i * v i) ^ 2).
Proof.
  unfold form. rewrite (Sum_ext m _ (fun k => Sum n (fun i => Sum n (fun j => d k * (l k i * l k j) * v i * v j)))).
  - symmetry. rewrite Sum_swap. apply Sum_ext. intros i _. rewrite Sum_swap. apply Sum_ext. intros j _.
    rewrite <- !Sum_scal_r. apply Sum_ext. intros k _. ring.
  - intros k _. rewrite <- form_square. unfold form. rewrite <- Sum_scal. apply Sum_ext. intros i _.
    rewrite <- Sum_scal. apply Sum_ext. intros j _. ring.
Qed.

(* Diagonal dominance, for symmetric S: S_ii >= sum_{j <> i} |S_ij|. *)
Lemma dominant_psd n S :
  (forall i j, (i < n)%nat -> (j < n)%nat -> S i j = S j i) ->
  (forall i, (i < n)%nat -> Sum n (fun j => if Nat.eqb j i then 0 else Rabs (S i j)) <= S i i) -> psd n S.
Proof.
  intros Sym Dom v.
  set (T := fun i j => if Nat.eqb j i then 0 else Rabs (S i j)).
  assert (H : Sum n (fun i => Sum n (fun j => T i j * ((v i ^ 2 + v j ^ 2) / 2))) = Sum n (fun i => Sum n (T i) * v i ^ 2)).
  { assert (Tsym : forall i j, (i < n)%nat -> (j < n)%nat -> T i j = T j i).
    { intros i j Hi Hj. unfold T. rewrite (Nat.eqb_sym i j), Sym by assumption. reflexivity. }
    rewrite (Sum_ext n _ (fun i => / 2 * (Sum n (T i) * v i ^ 2) + / 2 * Sum n (fun j => T i j * v j ^ 2))).
    - rewrite Sum_plus, !Sum_scal, Sum_swap.
      rewrite (Sum_ext n (fun j => Sum n (fun i => T i j * v j ^ 2)) (fun j => Sum n (T j) * v j ^ 2)); [lra|].
      intros j Hj. rewrite Sum_scal_r. f_equal. apply Sum_ext. intros i Hi. now apply Tsym.
    - intros i _. rewrite <- Sum_scal_r, <- !Sum_scal, <- Sum_plus. apply Sum_ext. intros j _. field. }
  unfold form. apply Rle_trans with (Sum n (fun i => S i i * v i ^ 2 - Sum n (T i) * v i ^ 2)).
  - apply Sum_ge0. intros i Hi. assert (A := Dom i Hi). fold (T i) in A.
    assert (B : 0 <= (S i i - Sum n (T i)) * v i ^ 2) by (apply mul_pp; [unfold T in *; lra|apply pow2_ge_0]). lra.
  - rewrite Sum_minus, <- H, <- Sum_minus. apply Sum_le. intros i Hi.
    replace (S i i * v i ^ 2) with (Sum n (fun j => if Nat.eqb j i then S i j * v i * v j else 0))
      by (rewrite (Sum_pick n i (fun j => S i j * v i * v j)) by exact Hi; ring).
    rewrite <- Sum_minus. apply Sum_le. intros j _. unfold T. destruct (Nat.eqb_spec j i) as [->|N]; [lra|].
    assert (B : Rabs (S i j * (v i * v j)) <= Rabs (S i j) * ((v i ^ 2 + v j ^ 2) / 2)).
    { rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|]. apply Rabs_le.
      assert (0 <= (v i - v j) ^ 2) by apply pow2_ge_0. assert (0 <= (v i + v j) ^ 2) by apply pow2_ge_0. nra. }
    assert (C := Rle_abs (- (S i j * (v i * v j)))). rewrite Rabs_Ropp in C. lra.
Qed.

(* A = sum_k d_k l_k l_k' + S with d >= 0 and a dominant S. *)
Theorem factored_psd n m A (d : nat -> R) (l S : nat -> nat -> R) :
  (forall k, (k < m)%nat -> 0 <= d k) -> psd n S ->
  (forall i j, (i < n)%nat -> (j < n)%nat -> A i j = Sum m (fun k => d k * (l k i * l k j)) + S i j) -> psd n A.
Proof.
  intros Hd HS E v. rewrite (form_ext n A _ v E), form_plus, form_factors.
  assert (P : 0 <= Sum m (fun k => d k * Sum n (fun i => l k i * v i) ^ 2)).
  { apply Sum_ge0. intros k Hk. apply mul_pp; [apply Hd, Hk|apply pow2_ge_0]. }
  assert (H := HS v). lra.
Qed.

(* The same by computation with rationals: lists of rows, the residual is what is left. *)
Definition entry (M : list (list Q)) (i j : nat) : Q := nth j (nth i M nil) 0%Q.
Fixpoint sumQ (n : nat) (f : nat -> Q) : Q := match n with O => 0%Q | S m => (sumQ m f + f m)%Q end.
Fixpoint allb (n : nat) (f : nat -> bool) : bool := match n with O => true | S m => (allb m f && f m)%bool end.

Definition residual (m : nat) (A L : list (list Q)) (d : list Q) (i j : nat) : Q :=
  Qred (entry A i j - sumQ m (fun k => nth k d 0 * (entry L k i * entry L k j)))%Q.

Definition check (n m : nat) (A L : list (list Q)) (d : list Q) : bool :=
  (allb m (fun k => Qle_bool 0 (nth k d 0%Q)) &&
   allb n (fun i => allb n (fun j => Qeq_bool (residual m A L d i j) (residual m A L d j i)) &&
     Qle_bool (sumQ n (fun j => if Nat.eqb j i then 0%Q else Qabs (residual m A L d i j))) (residual m A L d i i)))%bool.

Lemma allb_true n f : allb n f = true -> forall i, (i < n)%nat -> f i = true.
Proof.
  induction n as [|n IH]; simpl; [lia|]. intros H i Hi. apply andb_prop in H. destruct H as [H1 H2].
  destruct (Nat.eq_dec i n) as [->|]; [exact H2|apply IH; [exact H1|lia]].
Qed.

Lemma Q2R_sum n f : Q2R (sumQ n f) = Sum n (fun i => Q2R (f i)).
Proof. induction n as [|n IH]; simpl; [apply RMicromega.Q2R_0|]. now rewrite Q2R_plus, IH. Qed.

Lemma Q2R_abs q : Q2R (Qabs q) = Rabs (Q2R q).
Proof.
  apply Qabs_case; intros H; apply Qle_Rle in H; rewrite ?Q2R_opp in *; rewrite RMicromega.Q2R_0 in H.
  - now rewrite Rabs_pos_eq.
  - now rewrite Rabs_left1.
Qed.

Theorem check_psd n m A L d : check n m A L d = true -> psd n (fun i j => Q2R (entry A i j)).
Proof.
  intros H. apply andb_prop in H. destruct H as [Hd HS]. assert (Hd' := allb_true _ _ Hd). assert (HS' := allb_true _ _ HS).
  apply (factored_psd n m _ (fun k => Q2R (nth k d 0%Q)) (fun k i => Q2R (entry L k i)) (fun i j => Q2R (residual m A L d i j))).
  - intros k Hk. assert (B := Hd' k Hk). apply Qle_bool_iff, Qle_Rle in B. now rewrite RMicromega.Q2R_0 in B.
  - apply dominant_psd.
    + intros i j Hi Hj. assert (B := HS' i Hi). apply andb_prop in B. destruct B as [B _].
      apply Qeq_eqR, Qeq_bool_eq, (allb_true _ _ B j Hj).
    + intros i Hi. assert (B := HS' i Hi). apply andb_prop in B. destruct B as [_ B].
      apply Qle_bool_iff, Qle_Rle in B. rewrite Q2R_sum in B.
      rewrite (Sum_ext n _ (fun j => Q2R (if Nat.eqb j i then 0%Q else Qabs (residual m A L d i j)))); [exact B|].
      intros j _. destruct (Nat.eqb j i); [now rewrite RMicromega.Q2R_0|now rewrite Q2R_abs].
  - intros i j _ _. unfold residual. rewrite (Qeq_eqR _ _ (Qred_correct _)), Q2R_minus, Q2R_sum.
    rewrite (Sum_ext m (fun k => Q2R (nth k d 0 * (entry L k i * entry L k j))%Q)
      (fun k => Q2R (nth k d 0%Q) * (Q2R (entry L k i) * Q2R (entry L k j)))); [lra|].
    intros k _. now rewrite !Q2R_mult.
Qed.

(* Cauchy and Schwarz for sums of products. *)
Lemma cauchy n a b : Sum n (fun i => a i * b i) ^ 2 <= Sum n (fun i => a i ^ 2) * Sum n (fun i => b i ^ 2).
Proof.
  induction n as [|n IH]; [simpl; lra|]. rewrite !Sum_S.
  set (X := Sum n (fun i => a i * b i)) in *. set (A := Sum n (fun i => a i ^ 2)) in *.
  set (B := Sum n (fun i => b i ^ 2)) in *.
  assert (HA : 0 <= A) by (apply Sum_ge0; intros; apply pow2_ge_0).
  assert (HB : 0 <= B) by (apply Sum_ge0; intros; apply pow2_ge_0).
  assert (K : 2 * X * (a n * b n) <= A * b n ^ 2 + B * a n ^ 2).
  { assert (H : 0 <= Sum n (fun i => (a i * b n - b i * a n) ^ 2)) by (apply Sum_ge0; intros; apply pow2_ge_0).
    rewrite (Sum_ext n _ (fun i => b n ^ 2 * a i ^ 2 + (- (2 * (a n * b n)) * (a i * b i) + a n ^ 2 * b i ^ 2))) in H
      by (intros; ring).
    rewrite !Sum_plus, !Sum_scal in H. fold X A B in H. lra. }
  replace ((X + a n * b n) ^ 2) with (X ^ 2 + 2 * X * (a n * b n) + a n ^ 2 * b n ^ 2) by ring.
  replace ((A + a n ^ 2) * (B + b n ^ 2)) with (A * B + (A * b n ^ 2 + B * a n ^ 2) + a n ^ 2 * b n ^ 2) by ring. lra.
Qed.

Definition square_sum (n : nat) (E : nat -> nat -> R) : R := Sum n (fun i => Sum n (fun j => E i j ^ 2)).

(* A perturbation of Frobenius norm at most mu moves the form by at most mu |v|^2. *)
Lemma form_perturbation n E mu v : 0 <= mu -> square_sum n E <= mu ^ 2 -> - (mu * Sum n (fun i => v i ^ 2)) <= form n E v.
Proof.
  intros Hmu HE. set (V := Sum n (fun i => v i ^ 2)).
  assert (HV : 0 <= V) by (apply Sum_ge0; intros; apply pow2_ge_0).
  assert (F : form n E v = Sum n (fun i => v i * Sum n (fun j => E i j * v j))).
  { apply Sum_ext. intros i _. rewrite <- Sum_scal. apply Sum_ext. intros. ring. }
  assert (C := cauchy n v (fun i => Sum n (fun j => E i j * v j))). cbv beta in C. rewrite <- F in C. fold V in C.
  assert (D : Sum n (fun i => Sum n (fun j => E i j * v j) ^ 2) <= square_sum n E * V).
  { unfold square_sum. rewrite <- Sum_scal_r. apply Sum_le. intros i _. apply cauchy. }
  assert (S2 : form n E v ^ 2 <= (mu * V) ^ 2).
  { apply Rle_trans with (V * (square_sum n E * V)); [apply Rle_trans with (1 := C), Rmult_le_compat_l; assumption|].
    replace ((mu * V) ^ 2) with (V * (mu ^ 2 * V)) by ring. apply Rmult_le_compat_l; [exact HV|].
    apply Rmult_le_compat_r; assumption. }
  assert (P : 0 <= mu * V) by (apply mul_pp; assumption).
  destruct (Rle_lt_dec (- (mu * V)) (form n E v)) as [|L]; [assumption|exfalso]. nra.
Qed.

(* On a box: the midpoint minus mu is PSD and what is around it has norm at most mu. *)
Theorem perturbed_psd n C E mu : 0 <= mu -> square_sum n E <= mu ^ 2 ->
  psd n (fun i j => C i j - (if Nat.eqb i j then mu else 0)) -> psd n (fun i j => C i j + E i j).
Proof.
  intros Hmu HE HC v. rewrite form_plus. assert (A := form_perturbation n E mu v Hmu HE). assert (B := HC v).
  rewrite (form_ext n _ (fun i j => C i j + (if Nat.eqb j i then - mu else 0))) in B
    by (intros i j _ _; rewrite (Nat.eqb_sym i j); destruct (Nat.eqb j i); lra).
  rewrite form_plus in B. unfold form in B at 2.
  rewrite (Sum_ext n (fun i => Sum n (fun j => (if Nat.eqb j i then - mu else 0) * v i * v j)) (fun i => - mu * v i ^ 2)) in B.
  - rewrite Sum_scal in B. lra.
  - intros i Hi. rewrite (Sum_ext n _ (fun j => if Nat.eqb j i then - mu * v i * v j else 0)).
    + rewrite (Sum_pick n i (fun j => - mu * v i * v j) Hi). ring.
    + intros j _. destruct (Nat.eqb j i); ring.
Qed.
