(* Long expressions of numbers as data, enclosed by one computation: sums over data that no tactic can take apart in time.
   Where: counterexamples of networks on data rows; each value at a point is the value of such an expression.
   Reference: R. E. Moore, Interval Analysis (1966), the inclusion theorem; the intervals are those of coq-interval. *)
From Coq Require Import Reals Lra Lia ZArith QArith Qreals List.
From Interval Require Import Xreal Basic Sig Specific_bigint Specific_ops Interval Float Float_full.
From Convexcheck Require Import Sums Functions.
Open Scope R_scope.

Module F := SpecificFloat BigIntRadix2.
Module I := FloatIntervalFull F.

(* Numbers, and decided comparisons of them. A sum or maximum over an index is a function of that index. *)
Inductive num : Type :=
  | Int (z : Z) | Rat (q : Q) | Idx (n : nat) | Pi
  | Plus (a b : num) | Times (a b : num) | Minus (a : num) | Over (a : num) | Power (a : num) (n : nat)
  | Exponential (a : num) | Logarithm (a : num) | Sine (a : num) | Cosine (a : num) | Arctangent (a : num)
  | Root (a : num) | Absolute (a : num) | Tangent (a : num) | Larger (a b : num) | Fractional (a : num) (q : num)
  | Total (n : nat) (b : nat -> num) | Largest (n : nat) (b : nat -> num) | Choice (c : test) (a b : num)
with test : Type := Le (a b : num) | Lt (a b : num) | And (c d : test) | Or (c d : test) | Not (c : test).

Scheme num_test := Induction for num Sort Prop with test_num := Induction for test Sort Prop.
Combined Scheme num_and_test from num_test, test_num.

Fixpoint den (e : num) : R :=
  match e with
  | Int z => IZR z | Rat q => Q2R q | Idx n => INR n | Pi => PI
  | Plus a b => den a + den b | Times a b => den a * den b | Minus a => - den a | Over a => / den a
  | Power a n => den a ^ n | Exponential a => exp (den a) | Logarithm a => ln (den a) | Sine a => sin (den a)
  | Cosine a => cos (den a) | Arctangent a => atan (den a) | Root a => sqrt (den a) | Absolute a => Rabs (den a)
  | Tangent a => tanh (den a) | Larger a b => Rmax (den a) (den b) | Fractional a q => pw (den a) (den q)
  | Total n b => Sum n (fun i => den (b i)) | Largest n b => Maxi n (fun i => den (b i))
  | Choice c a b => if holds c then den a else den b
  end
with holds (c : test) : bool :=
  match c with
  | Le a b => Rleb (den a) (den b) | Lt a b => Rltb (den a) (den b)
  | And c d => andb (holds c) (holds d) | Or c d => orb (holds c) (holds d) | Not c => negb (holds c)
  end.

Definition whole (z : Z) : I.type := I.fromZ (F.PtoP 64) z.

(* A comparison that the two enclosures decide. *)
Definition at_most (d : I.type) : option bool :=
  match I.sign_large d, I.sign_strict d with
  | Xgt, _ | Xeq, _ => Some true | _, Xlt => Some false | _, _ => None end.
Definition less (d : I.type) : option bool :=
  match I.sign_strict d, I.sign_large d with
  | Xgt, _ => Some true | _, Xlt | _, Xeq => Some false | _, _ => None end.

Section Precision.
Variables (prec : F.precision).

Definition both (f : bool -> bool -> bool) (a b : option bool) : option bool :=
  match a, b with Some x, Some y => Some (f x y) | _, _ => None end.

(* tanh x = 1 - 2 / (1 + e^(2x)): the argument is enclosed once. *)
Definition tangent (x : I.type) : I.type :=
  let one := whole 1 in let two := whole 2 in
  I.sub prec one (I.div prec two (I.add prec one (I.exp prec (I.mul prec two x)))).

Definition larger (x y : I.type) : I.type :=
  I.div prec (I.add prec (I.add prec x y) (I.abs (I.sub prec x y))) (whole 2).

Definition positive_power (x q : I.type) : I.type :=
  match I.sign_strict x with Xgt => I.exp prec (I.mul prec q (I.ln prec x)) | _ => I.nai end.

Fixpoint enclose (e : num) : I.type :=
  match e with
  | Int z => I.fromZ prec z
  | Rat q => I.div prec (I.fromZ prec (Qnum q)) (I.fromZ prec (Zpos (Qden q)))
  | Idx n => I.fromZ prec (Z.of_nat n) | Pi => I.pi prec
  | Plus a b => I.add prec (enclose a) (enclose b) | Times a b => I.mul prec (enclose a) (enclose b)
  | Minus a => I.neg (enclose a) | Over a => I.inv prec (enclose a)
  | Power a n => I.power_int prec (enclose a) (Z.of_nat n)
  | Exponential a => I.exp prec (enclose a) | Logarithm a => I.ln prec (enclose a) | Sine a => I.sin prec (enclose a)
  | Cosine a => I.cos prec (enclose a) | Arctangent a => I.atan prec (enclose a) | Root a => I.sqrt prec (enclose a)
  | Absolute a => I.abs (enclose a) | Tangent a => tangent (enclose a)
  | Larger a b => larger (enclose a) (enclose b) | Fractional a q => positive_power (enclose a) (enclose q)
  | Total n b =>
      (fix go (n : nat) := match n with O => whole 0 | S m => I.add prec (go m) (enclose (b m)) end) n
  | Largest n b =>
      (fix go (n : nat) := match n with O => whole 0 | S O => enclose (b O) | S m => larger (go m) (enclose (b m)) end) n
  | Choice c a b => match decided c with Some true => enclose a | Some false => enclose b | None => I.nai end
  end
with decided (c : test) : option bool :=
  match c with
  | Le a b => at_most (I.sub prec (enclose b) (enclose a)) | Lt a b => less (I.sub prec (enclose b) (enclose a))
  | And c d => both andb (decided c) (decided d) | Or c d => both orb (decided c) (decided d)
  | Not c => match decided c with Some x => Some (negb x) | None => None end
  end.

Notation "x 'in' i" := (contains (I.convert i) (Xreal x)) (at level 70).

Lemma of_nothing x i : contains (I.convert i) Xnan -> x in i.
Proof. destruct (I.convert i); simpl; tauto. Qed.

Lemma in_whole z : IZR z in whole z.
Proof. apply I.fromZ_correct. Qed.

Lemma in_add a b i j : a in i -> b in j -> a + b in I.add prec i j.
Proof. intros H K. exact (I.add_correct prec i j _ _ H K). Qed.
Lemma in_sub a b i j : a in i -> b in j -> a - b in I.sub prec i j.
Proof. intros H K. exact (I.sub_correct prec i j _ _ H K). Qed.
Lemma in_mul a b i j : a in i -> b in j -> a * b in I.mul prec i j.
Proof. intros H K. exact (I.mul_correct prec i j _ _ H K). Qed.

Lemma in_div a b i j : a in i -> b in j -> a / b in I.div prec i j.
Proof.
  intros H K. assert (A := I.div_correct prec i j _ _ H K). simpl in A. unfold Xdiv' in A.
  destruct (is_zero b); [apply of_nothing, A|exact A].
Qed.

Lemma in_inv a i : a in i -> / a in I.inv prec i.
Proof.
  intros H. assert (A := I.inv_correct prec i _ H). simpl in A. unfold Xinv' in A.
  destruct (is_zero a); [apply of_nothing, A|exact A].
Qed.

Lemma in_ln a i : a in i -> ln a in I.ln prec i.
Proof.
  intros H. assert (A := I.ln_correct prec i _ H). simpl in A. unfold Xln' in A.
  destruct (is_positive a); [exact A|apply of_nothing, A].
Qed.

Lemma in_power a i n : a in i -> a ^ n in I.power_int prec i (Z.of_nat n).
Proof.
  intros H. assert (A := I.power_int_correct prec (Z.of_nat n) i _ H). simpl in A. unfold Xpower_int' in A.
  destruct n as [|n]; [exact A|]. simpl Z.of_nat in A. cbv iota in A. rewrite SuccNat2Pos.id_succ in A. exact A.
Qed.

Lemma tanh_exp x : tanh x = 1 - 2 / (1 + exp (2 * x)).
Proof.
  unfold tanh, sinh, cosh. replace (2 * x) with (x + x) by ring. rewrite exp_plus, exp_Ropp.
  assert (H := exp_pos x). assert (0 < exp x * exp x) by (apply Rmult_lt_0_compat; assumption). field. lra.
Qed.

Lemma in_tangent a i : a in i -> tanh a in tangent i.
Proof.
  intros H. rewrite tanh_exp. apply in_sub; [apply in_whole|]. apply in_div; [apply in_whole|].
  apply in_add; [apply in_whole|]. apply (I.exp_correct prec _ (Xreal (2 * a))). apply in_mul; [apply in_whole|exact H].
Qed.

Lemma in_larger a b i j : a in i -> b in j -> Rmax a b in larger i j.
Proof.
  intros H K. rewrite Rmax_abs. apply in_div; [|apply in_whole]. apply in_add; [apply in_add; assumption|].
  apply (I.abs_correct _ (Xreal (a - b))). apply in_sub; assumption.
Qed.

Lemma in_fractional a q i j : a in i -> q in j -> pw a q in positive_power i j.
Proof.
  intros H K. unfold positive_power. assert (S := I.sign_strict_correct i). destruct (I.sign_strict i);
    try (rewrite I.nai_correct; exact Logic.I).
  destruct (S _ H) as [_ P]. simpl in P. rewrite pw_exp by exact P.
  apply (I.exp_correct prec _ (Xreal (q * ln a))). apply in_mul; [exact K|apply in_ln, H].
Qed.

Lemma in_at_most d i x : d in i -> at_most i = Some x -> x = Rleb 0 d.
Proof.
  intros H. unfold at_most. assert (L := I.sign_large_correct i). assert (S := I.sign_strict_correct i).
  destruct (I.sign_large i); intros E.
  - inversion E. symmetry. apply Rleb_true. assert (A := L _ H). inversion A. lra.
  - destruct (I.sign_strict i); inversion E. symmetry. apply Rleb_false. apply (S _ H).
  - inversion E. symmetry. apply Rleb_true. apply (L _ H).
  - destruct (I.sign_strict i); inversion E. symmetry. apply Rleb_false. apply (S _ H).
Qed.

Lemma in_less d i x : d in i -> less i = Some x -> x = Rltb 0 d.
Proof.
  intros H. unfold less. assert (L := I.sign_large_correct i). assert (S := I.sign_strict_correct i).
  assert (N : forall b, match I.sign_large i with Xlt | Xeq => Some false | _ => None end = Some b -> b = Rltb 0 d).
  { intros b E. destruct (I.sign_large i); inversion E; symmetry; apply Rltb_false.
    - assert (A := L _ H). inversion A. lra.
    - apply (L _ H). }
  destruct (I.sign_strict i); intros E; try (apply N, E).
  inversion E. symmetry. apply Rltb_true. apply (S _ H).
Qed.

Lemma Rleb_minus a b : Rleb 0 (b - a) = Rleb a b.
Proof. unfold Rleb. destruct (Rle_dec 0 (b - a)), (Rle_dec a b); try reflexivity; lra. Qed.
Lemma Rltb_minus a b : Rltb 0 (b - a) = Rltb a b.
Proof. unfold Rltb. destruct (Rlt_dec 0 (b - a)), (Rlt_dec a b); try reflexivity; lra. Qed.

(* Every expression lies in its enclosure, and what is decided holds. *)
Theorem enclosed : (forall e, den e in enclose e) /\ (forall c x, decided c = Some x -> x = holds c).
Proof.
  apply num_and_test; cbn [den enclose holds decided]; intros.
  - apply I.fromZ_correct.
  - apply in_div; apply I.fromZ_correct.
  - rewrite INR_IZR_INZ. apply I.fromZ_correct.
  - apply I.pi_correct.
  - now apply in_add.
  - now apply in_mul.
  - exact (I.neg_correct _ (Xreal _) H).
  - now apply in_inv.
  - now apply in_power.
  - exact (I.exp_correct prec _ (Xreal _) H).
  - now apply in_ln.
  - exact (I.sin_correct prec _ (Xreal _) H).
  - exact (I.cos_correct prec _ (Xreal _) H).
  - exact (I.atan_correct prec _ (Xreal _) H).
  - exact (I.sqrt_correct prec _ (Xreal _) H).
  - exact (I.abs_correct _ (Xreal _) H).
  - now apply in_tangent.
  - now apply in_larger.
  - now apply in_fractional.
  - induction n as [|n IH]; [apply in_whole|]. rewrite Sum_S. apply in_add; [exact IH|apply H].
  - induction n as [|n IH]; [apply in_whole|]. destruct n as [|n]; [apply H|]. rewrite Maxi_S by lia.
    apply in_larger; [exact IH|apply H].
  - destruct (decided c) as [x|]; [|rewrite I.nai_correct; exact Logic.I].
    rewrite <- (H x eq_refl). destruct x; assumption.
  - rewrite <- Rleb_minus. apply (in_at_most _ _ _ (in_sub _ _ _ _ H0 H) H1).
  - rewrite <- Rltb_minus. apply (in_less _ _ _ (in_sub _ _ _ _ H0 H) H1).
  - destruct (decided c), (decided d); try discriminate. inversion H1. now rewrite <- (H _ eq_refl), <- (H0 _ eq_refl).
  - destruct (decided c), (decided d); try discriminate. inversion H1. now rewrite <- (H _ eq_refl), <- (H0 _ eq_refl).
  - destruct (decided c); try discriminate. inversion H0. now rewrite <- (H _ eq_refl).
Qed.
End Precision.

Definition surely_positive (bits : positive) (e : num) : bool :=
  match I.sign_strict (enclose (F.PtoP bits) e) with Xgt => true | _ => false end.
Definition surely_nonnegative (bits : positive) (e : num) : bool :=
  match I.sign_large (enclose (F.PtoP bits) e) with Xgt | Xeq => true | _ => false end.

Theorem positive_by bits e : surely_positive bits e = true -> 0 < den e.
Proof.
  unfold surely_positive. intros H. assert (S := I.sign_strict_correct (enclose (F.PtoP bits) e)).
  destruct (I.sign_strict _); try discriminate. apply (S _ (proj1 (enclosed _) e)).
Qed.

Theorem nonnegative_by bits e : surely_nonnegative bits e = true -> 0 <= den e.
Proof.
  unfold surely_nonnegative. intros H. assert (S := I.sign_large_correct (enclose (F.PtoP bits) e)).
  destruct (I.sign_large _); try discriminate.
  - assert (A := S _ (proj1 (enclosed _) e)). inversion A. lra.
  - apply (S _ (proj1 (enclosed _) e)).
Qed.

(* Tables of rationals, row by row. *)
Definition table (columns : nat) (entries : list Q) (i j : nat) : Q := nth (i * columns + j) entries 0%Q.

(* The number between lies above the chord. *)
Theorem chord_by bits t a b m :
  surely_positive bits (Plus m (Minus (Plus (Times t a) (Times (Plus (Int 1) (Minus t)) b)))) = true ->
  den t * den a + (1 - den t) * den b < den m.
Proof. intros H. assert (P := positive_by _ _ H). cbn [den] in P. lra. Qed.

(* Rationals exactly: what is assumed of data holds of theirs. *)
Fixpoint power (x : Q) (n : nat) : Q := match n with O => 1%Q | S m => Qred (x * power x m)%Q end.

Fixpoint exact (e : num) : option Q :=
  let both f a b := match exact a, exact b with Some x, Some y => Some (Qred (f x y)) | _, _ => None end in
  match e with
  | Int z => Some (inject_Z z) | Rat q => Some q | Idx n => Some (inject_Z (Z.of_nat n))
  | Plus a b => both Qplus a b | Times a b => both Qmult a b
  | Minus a => match exact a with Some x => Some (- x)%Q | None => None end
  | Power a n => match exact a with Some x => Some (power x n) | None => None end
  | Total n b =>
      (fix go (n : nat) := match n with
        | O => Some 0%Q
        | S m => match go m, exact (b m) with Some x, Some y => Some (Qred (x + y)) | _, _ => None end end) n
  | _ => None
  end.

Lemma Q2R_inject z : Q2R (inject_Z z) = IZR z.
Proof. unfold Q2R, inject_Z. simpl. field. Qed.

Lemma Q2R_power x n : Q2R (power x n) = Q2R x ^ n.
Proof.
  induction n as [|n IH]; [unfold Q2R; simpl; field|]. cbn [power pow]. now rewrite (Qeq_eqR _ _ (Qred_correct _)), Q2R_mult, IH.
Qed.

Lemma some (a b : Q) : Some a = Some b -> a = b.
Proof. congruence. Qed.

Theorem exact_den e q : exact e = Some q -> den e = Q2R q.
Proof.
  revert q. induction e; cbn [exact den]; intros r E; try discriminate.
  - apply some in E; subst r. now rewrite Q2R_inject.
  - now apply some in E; subst r.
  - apply some in E; subst r. now rewrite Q2R_inject, INR_IZR_INZ.
  - destruct (exact e1), (exact e2); try discriminate. apply some in E; subst r. rewrite (IHe1 _ eq_refl), (IHe2 _ eq_refl).
    now rewrite (Qeq_eqR _ _ (Qred_correct _)), Q2R_plus.
  - destruct (exact e1), (exact e2); try discriminate. apply some in E; subst r. rewrite (IHe1 _ eq_refl), (IHe2 _ eq_refl).
    now rewrite (Qeq_eqR _ _ (Qred_correct _)), Q2R_mult.
  - destruct (exact e); try discriminate. apply some in E; subst r. now rewrite (IHe _ eq_refl), Q2R_opp.
  - destruct (exact e); try discriminate. apply some in E; subst r. now rewrite (IHe _ eq_refl), Q2R_power.
  - revert r E. induction n as [|n IH]; intros r E; [apply some in E; subst r; unfold Q2R; simpl; field|].
    match type of E with match ?s with _ => _ end = _ => destruct s as [x|] eqn:G; try discriminate end.
    destruct (exact (b n)) as [y|] eqn:B; try discriminate. apply some in E; subst r.
    now rewrite Sum_S, (IH x eq_refl), (H n y B), (Qeq_eqR _ _ (Qred_correct _)), Q2R_plus.
Qed.

Definition exactly (r : Q -> bool) (e : num) : bool := match exact e with Some q => r q | None => false end.
Definition is_ge (q : Q) : bool := Qle_bool 0 q.
Definition is_gt (q : Q) : bool := negb (Qle_bool q 0).
Definition is_eq (q : Q) : bool := Qeq_bool q 0.

Lemma Q2R_zero : Q2R 0 = 0.
Proof. unfold Q2R. simpl. field. Qed.

Theorem exact_ge e : exactly is_ge e = true -> 0 <= den e.
Proof.
  unfold exactly. destruct (exact e) as [q|] eqn:E; [|discriminate]. intros H. rewrite (exact_den e q E), <- Q2R_zero.
  apply Qle_Rle, Qle_bool_iff, H.
Qed.
Theorem exact_gt e : exactly is_gt e = true -> 0 < den e.
Proof.
  unfold exactly. destruct (exact e) as [q|] eqn:E; [|discriminate]. intros H. rewrite (exact_den e q E), <- Q2R_zero.
  apply Qlt_Rlt. apply Qnot_le_lt. intros L. apply Qle_bool_iff in L. unfold is_gt in H. now rewrite L in H.
Qed.
Theorem exact_eq e : exactly is_eq e = true -> den e = 0.
Proof.
  unfold exactly. destruct (exact e) as [q|] eqn:E; [|discriminate]. intros H. rewrite (exact_den e q E), <- Q2R_zero.
  apply Qeq_eqR, Qeq_bool_eq, H.
Qed.

Theorem below n (P : nat -> bool) : forallb P (seq 0 n) = true -> forall i, (i < n)%nat -> P i = true.
Proof. intros H i Hi. rewrite forallb_forall in H. apply H, in_seq. lia. Qed.

(* Two expressions of the same form whose numbers are written in different ways: a size as INR n, or as a number. *)
Ltac agree :=
  rewrite ?INR_IZR_INZ; cbv [Z.of_nat Pos.of_succ_nat Pos.succ];
  let rec go :=
    first [ reflexivity | solve [field] | (apply Sum_ext; intros; go)
          | match goal with |- (if ?b then _ else _) = (if ?c then _ else _) =>
              first [constr_eq b c | replace b with c by (f_equal; go)]; destruct c; go end
          | (progress f_equal; go) ]
  in go.
