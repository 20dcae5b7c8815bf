(* Positive semidefinite matrices of integers by a rounded factor: c A = L L' + S with a diagonally dominant S.
   Where: large constant matrices, where exact rational factors grow; L is a rounded Cholesky factor times a power of 2.
   Rows are lists, so that the check computes each product of rows in time linear in their length.
   Reference: S. M. Rump, Verification of positive definiteness (2006); Golub and Van Loan, section 4.2. *)
From Coq Require Import Reals Lra Lia ZArith List.
From Convexcheck Require Import Sums Psd.
Import ListNotations.
Open Scope R_scope.

Fixpoint dot (a b : list Z) : Z := match a, b with x :: a', y :: b' => (x * y + dot a' b')%Z | _, _ => 0%Z end.
Definition at_ (row : list Z) (k : nat) : R := IZR (nth k row 0%Z).
Definition cell (M : list (list Z)) (i j : nat) : R := at_ (nth i M nil) j.

(* Row i of c A - L L', for the rows of L and row i of A. *)
Fixpoint left_over (c : Z) (a : list Z) (l : list Z) (L : list (list Z)) : list Z :=
  match a, L with x :: a', r :: L' => (c * x - dot l r)%Z :: left_over c a' l L' | _, _ => [] end.

Definition absolutes (row : list Z) : Z := fold_right (fun x s => (Z.abs x + s)%Z) 0%Z row.

(* The diagonal entry is at least the sum of the others: twice it is at least the sum of all absolute values. *)
Definition dominates (i : nat) (row : list Z) : bool := (absolutes row <=? 2 * nth i row 0)%Z.

Fixpoint rows_dominate (i : nat) (S : list (list Z)) : bool :=
  match S with [] => true | row :: S' => dominates i row && rows_dominate (Datatypes.S i) S' end.

Definition leftovers (c : Z) (A L : list (list Z)) : list (list Z) :=
  map (fun al => left_over c (fst al) (snd al) L) (combine A L).

Definition symmetric (n : nat) (M : list (list Z)) : bool :=
  forallb (fun i => forallb (fun j => (nth j (nth i M []) 0 =? nth i (nth j M []) 0)%Z) (seq 0 i)) (seq 0 n).

Definition shaped (n : nat) (A : list (list Z)) : bool :=
  Nat.eqb (length A) n && forallb (fun row => Nat.eqb (length row) n) A.

Definition cholesky (n : nat) (c : Z) (A L : list (list Z)) : bool :=
  (0 <? c)%Z && shaped n A && Nat.eqb (length L) n && forallb (fun row => Nat.leb (length row) n) L &&
  symmetric n A && rows_dominate 0 (leftovers c A L).

Lemma dot_sum a b m : (length a <= m)%nat -> IZR (dot a b) = Sum m (fun k => at_ a k * at_ b k).
Proof.
  revert b m. induction a as [|x a IH]; intros b m H.
  - simpl. symmetry. apply Sum_zero. intros k _. unfold at_. destruct k; simpl; ring.
  - destruct b as [|y b].
    + simpl. symmetry. apply Sum_zero. intros k _. unfold at_. replace (nth k [] 0%Z) with 0%Z by (destruct k; reflexivity). simpl. ring.
    + destruct m as [|m]; [simpl in H; lia|]. simpl dot. rewrite plus_IZR, mult_IZR, (IH b m) by (simpl in H; lia).
      clear. induction m as [|m IHm]; [simpl; unfold at_; simpl; ring|].
      rewrite Sum_S. rewrite (Sum_S (S m)). rewrite <- IHm. unfold at_. simpl. ring.
Qed.

Lemma left_over_nth c a l L j : (j < length a)%nat -> (j < length L)%nat ->
  nth j (left_over c a l L) 0%Z = (c * nth j a 0 - dot l (nth j L []))%Z.
Proof.
  revert L j. induction a as [|x a IH]; intros [|r L] j H K; simpl in *; try lia.
  destruct j as [|j]; [reflexivity|]. apply IH; lia.
Qed.

Lemma left_over_length c a l L : length a = length L -> length (left_over c a l L) = length a.
Proof. revert L. induction a as [|x a IH]; intros [|r L] H; simpl in *; try lia. f_equal. apply IH. lia. Qed.

Lemma absolutes_sum row n : length row = n -> IZR (absolutes row) = Sum n (fun k => Rabs (at_ row k)).
Proof.
  revert n. induction row as [|x row IH]; intros n <-; [reflexivity|]. simpl absolutes. rewrite plus_IZR, (IH _ eq_refl), abs_IZR.
  simpl length. generalize (length row). intros m. induction m as [|m IHm]; [simpl; unfold at_; simpl; ring|].
  rewrite Sum_S. rewrite (Sum_S (S m)). rewrite <- IHm. unfold at_. simpl. ring.
Qed.

Lemma rows_dominate_nth k S i : rows_dominate k S = true -> (i < length S)%nat -> dominates (k + i) (nth i S []) = true.
Proof.
  revert k i. induction S as [|row S IH]; intros k i H Hi; simpl in *; [lia|].
  apply andb_prop in H. destruct H as [H1 H2]. destruct i as [|i]; [now rewrite Nat.add_0_r|].
  rewrite Nat.add_succ_r. apply (IH (Datatypes.S k)); [exact H2|lia].
Qed.

Theorem cholesky_psd n c A L : cholesky n c A L = true -> psd n (cell A).
Proof.
  unfold cholesky, shaped. intros H. repeat (apply andb_prop in H; destruct H as [H ?]).
  match goal with K : rows_dominate _ _ = true |- _ => rename K into Dom end.
  match goal with K : symmetric _ _ = true |- _ => rename K into Sym end.
  match goal with K : forallb (fun row => Nat.leb _ _) L = true |- _ => rename K into Short end.
  match goal with K : Nat.eqb (length L) n = true |- _ => apply Nat.eqb_eq in K; rename K into NL end.
  match goal with K : (_ && _)%bool = true |- _ => apply andb_prop in K; destruct K as [NA Rows] end.
  apply Nat.eqb_eq in NA. apply Z.ltb_lt in H. rewrite forallb_forall in Short, Rows.
  assert (C : 0 < IZR c) by (apply IZR_lt; lia).
  assert (RowA : forall i, (i < n)%nat -> length (nth i A []) = n).
  { intros i Hi. apply Nat.eqb_eq, Rows, nth_In. lia. }
  assert (RowL : forall i, (i < n)%nat -> (length (nth i L []) <= n)%nat).
  { intros i Hi. apply Nat.leb_le, Short, nth_In. lia. }
  set (S := fun i j => IZR c * cell A i j - Sum n (fun k => cell L i k * cell L j k)).
  assert (Row : forall i, (i < n)%nat -> nth i (leftovers c A L) [] = left_over c (nth i A []) (nth i L []) L).
  { intros i Hi. unfold leftovers.
    rewrite (nth_indep _ [] (left_over c (fst (@nil Z, @nil Z)) (snd (@nil Z, @nil Z)) L)) by (rewrite map_length, combine_length; lia).
    rewrite (map_nth (fun al => left_over c (fst al) (snd al) L)), combine_nth by lia. reflexivity. }
  assert (Cell : forall i j, (i < n)%nat -> (j < n)%nat -> at_ (nth i (leftovers c A L) []) j = S i j).
  { intros i j Hi Hj. rewrite Row by exact Hi. unfold at_. rewrite left_over_nth by (rewrite ?RowA; lia).
    rewrite minus_IZR, mult_IZR, (dot_sum _ _ n) by (apply RowL, Hi). reflexivity. }
  assert (SymA : forall i j, (i < n)%nat -> (j < n)%nat -> cell A i j = cell A j i).
  { assert (G : forall i j, (i < n)%nat -> (j < i)%nat -> cell A i j = cell A j i).
    { intros i j Hi Hj. unfold symmetric in Sym. rewrite forallb_forall in Sym.
      assert (K := Sym i ltac:(apply in_seq; lia)). rewrite forallb_forall in K.
      assert (E := K j ltac:(apply in_seq; lia)). apply Z.eqb_eq in E. unfold cell, at_. now rewrite E. }
    intros i j Hi Hj. destruct (Nat.lt_total j i) as [K|[->|K]]; [now apply G|reflexivity|symmetry; now apply G]. }
  assert (P : psd n S).
  { apply dominant_psd.
    - intros i j Hi Hj. unfold S. rewrite (SymA i j Hi Hj). f_equal. apply Sum_ext. intros. ring.
    - intros i Hi. assert (K := rows_dominate_nth 0 _ i Dom). simpl in K.
      assert (K' := K ltac:(unfold leftovers; rewrite map_length, combine_length; lia)). unfold dominates in K'.
      apply Z.leb_le, IZR_le in K'. rewrite mult_IZR in K'. fold (at_ (nth i (leftovers c A L) []) i) in K'.
      rewrite (absolutes_sum _ n) in K' by (rewrite Row by exact Hi; rewrite left_over_length; rewrite RowA; lia).
      rewrite Cell in K' by assumption.
      rewrite (Sum_ext n _ (fun j => Rabs (S i j))) in K' by (intros j Hj; now rewrite Cell).
      assert (E : Sum n (fun j => if Nat.eqb j i then 0 else Rabs (S i j)) = Sum n (fun j => Rabs (S i j)) - Rabs (S i i)).
      { rewrite (Sum_ext n _ (fun j => Rabs (S i j) - (if Nat.eqb j i then Rabs (S i j) else 0)))
          by (intros j _; destruct (Nat.eqb j i); lra).
        rewrite Sum_minus. f_equal. apply (Sum_pick n i (fun j => Rabs (S i j)) Hi). }
      rewrite E. assert (0 <= Rabs (S i i)) by apply Rabs_pos.
      assert (B : Rabs (S i i) <= Sum n (fun j => Rabs (S i j))).
      { rewrite <- (Sum_pick n i (fun j => Rabs (S i j)) Hi). apply Sum_le. intros j _.
        destruct (Nat.eqb j i); [lra|apply Rabs_pos]. }
      assert (Rabs (S i i) = S i i) by (apply Rabs_pos_eq; lra). lra. }
  assert (Q : psd n (fun i j => IZR c * cell A i j)).
  { apply (factored_psd n n _ (fun _ => 1) (fun k i => cell L i k) S).
    - intros. lra.
    - exact P.
    - intros i j _ _. unfold S. rewrite (Sum_ext n (fun k => 1 * (cell L i k * cell L j k)) (fun k => cell L i k * cell L j k))
        by (intros; ring). ring. }
  intros v. assert (F := Q v). unfold form in *.
  rewrite (Sum_ext n _ (fun i => IZR c * Sum n (fun j => cell A i j * v i * v j))) in F.
  - rewrite Sum_scal in F. apply Rmult_le_reg_l with (IZR c); [exact C|]. rewrite Rmult_0_r. exact F.
  - intros i _. rewrite <- Sum_scal. apply Sum_ext. intros. ring.
Qed.
