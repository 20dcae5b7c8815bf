(* Points, convex sets, convex, concave and affine functions, Jensen gaps; the rules that need no derivative.
   Where: the statement of every script, and the rules "affine", "maximum" and "sum".
   Reference: S. Boyd, L. Vandenberghe, Convex Optimization, sections 3.1.1 and 3.2. *)
From Coq Require Import Reals Lra Lia.
From Convexcheck Require Import Sums.
Open Scope R_scope.

(* A point holds all variables: number k at the indices i, j (0 where it has fewer indices). *)
Definition point := nat -> nat -> nat -> R.

Definition mix (t : R) (p q : point) : point := fun k i j => t * p k i j + (1 - t) * q k i j.

Definition everywhere (p : point) : Prop := True.

Definition convex_set (D : point -> Prop) : Prop :=
  forall p q t, D p -> D q -> 0 <= t <= 1 -> D (mix t p q).

Definition convex_on (D : point -> Prop) (f : point -> R) : Prop :=
  convex_set D /\
  forall p q t, D p -> D q -> 0 <= t <= 1 -> f (mix t p q) <= t * f p + (1 - t) * f q.

Definition concave_on (D : point -> Prop) (f : point -> R) : Prop := convex_on D (fun p => - f p).

Definition affine_on (D : point -> Prop) (f : point -> R) : Prop :=
  convex_set D /\
  forall p q t, D p -> D q -> 0 <= t <= 1 -> f (mix t p q) = t * f p + (1 - t) * f q.

(* A counterexample: three points of D, the one between the others above the chord. *)
Definition jensen_gap (D : point -> Prop) (f : point -> R) : Prop :=
  exists p q t, D p /\ D q /\ D (mix t p q) /\ 0 < t < 1 /\ t * f p + (1 - t) * f q < f (mix t p q).

Lemma jensen_gap_refutes D f : jensen_gap D f -> ~ convex_on D f.
Proof.
  intros (p & q & t & Dp & Dq & _ & Ht & H) [_ C].
  assert (f (mix t p q) <= t * f p + (1 - t) * f q) by (apply C; auto; lra). lra.
Qed.

(* The squares of all variables that f may use; f minus mu/2 times it convex: f is strongly convex, modulus mu. *)
Definition strongly_convex_on (D : point -> Prop) (mu : R) (squares f : point -> R) : Prop :=
  convex_on D (fun p => f p - mu / 2 * squares p).

Implicit Types (D E : point -> Prop) (f g : point -> R).

Lemma convex_ext D f g : (forall p, D p -> f p = g p) -> convex_on D f -> convex_on D g.
Proof. intros E [S C]. split; [exact S|]. intros p q t Dp Dq Ht. rewrite <- !E by auto. now apply C. Qed.

Lemma affine_ext D f g : (forall p, D p -> f p = g p) -> affine_on D f -> affine_on D g.
Proof. intros E [S C]. split; [exact S|]. intros p q t Dp Dq Ht. rewrite <- !E by auto. now apply C. Qed.

Lemma convex_everywhere : convex_set everywhere.
Proof. unfold convex_set, everywhere. auto. Qed.

Lemma convex_and D E : convex_set D -> convex_set E -> convex_set (fun p => D p /\ E p).
Proof. intros HD HE p q t [Dp Ep] [Dq Eq] Ht. split; auto. Qed.

Lemma convex_all (I : Type) (D : I -> point -> Prop) :
  (forall i, convex_set (D i)) -> convex_set (fun p => forall i, D i p).
Proof. intros H p q t Dp Dq Ht i. apply H; auto. Qed.

(* The sublevel set of a convex function inside a convex set. *)
Lemma convex_sublevel D g c : convex_on D g -> convex_set (fun p => D p /\ g p <= c).
Proof.
  intros [S C] p q t [Dp Hp] [Dq Hq] Ht. split; [auto|].
  assert (H := C p q t Dp Dq Ht). nra.
Qed.

Lemma convex_sublevel_strict D g c : convex_on D g -> convex_set (fun p => D p /\ g p < c).
Proof.
  intros [S C] p q t [Dp Hp] [Dq Hq] Ht. split; [auto|].
  assert (H := C p q t Dp Dq Ht). destruct (Req_dec t 0) as [->|]; [lra|].
  destruct (Req_dec t 1) as [->|]; [lra|]. nra.
Qed.

Lemma affine_convex D f : affine_on D f -> convex_on D f.
Proof. intros [S C]. split; [exact S|]. intros. rewrite C; auto. lra. Qed.

Lemma affine_opp D f : affine_on D f -> affine_on D (fun p => - f p).
Proof. intros [S C]. split; [exact S|]. intros. rewrite C; auto. lra. Qed.

Lemma affine_concave D f : affine_on D f -> concave_on D f.
Proof. intros H. apply affine_convex, affine_opp, H. Qed.

Lemma affine_const D c : convex_set D -> affine_on D (fun _ => c).
Proof. intros S. split; [exact S|]. intros. lra. Qed.

Lemma affine_var D k i j : convex_set D -> affine_on D (fun p => p k i j).
Proof. intros S. split; [exact S|]. intros. reflexivity. Qed.

Lemma affine_plus D f g : affine_on D f -> affine_on D g -> affine_on D (fun p => f p + g p).
Proof. intros [S C] [_ E]. split; [exact S|]. intros. rewrite C, E by auto. lra. Qed.

Lemma affine_scal D c f : affine_on D f -> affine_on D (fun p => c * f p).
Proof. intros [S C]. split; [exact S|]. intros. rewrite C by auto. lra. Qed.

Lemma affine_sum D n (f : nat -> point -> R) :
  convex_set D -> (forall i, (i < n)%nat -> affine_on D (f i)) -> affine_on D (fun p => Sum n (fun i => f i p)).
Proof.
  intros S H. split; [exact S|]. intros p q t Dp Dq Ht.
  rewrite <- !Sum_scal, <- Sum_plus. apply Sum_ext. intros i Hi. now apply (H i Hi).
Qed.

Lemma convex_plus D f g : convex_on D f -> convex_on D g -> convex_on D (fun p => f p + g p).
Proof.
  intros [S C] [_ E]. split; [exact S|]. intros p q t Dp Dq Ht.
  assert (A := C p q t Dp Dq Ht). assert (B := E p q t Dp Dq Ht). lra.
Qed.

Lemma convex_scal D c f : 0 <= c -> convex_on D f -> convex_on D (fun p => c * f p).
Proof.
  intros Hc [S C]. split; [exact S|]. intros p q t Dp Dq Ht.
  assert (A := Rmult_le_compat_l c _ _ Hc (C p q t Dp Dq Ht)). lra.
Qed.

Lemma convex_sum D n (f : nat -> point -> R) :
  convex_set D -> (forall i, (i < n)%nat -> convex_on D (f i)) -> convex_on D (fun p => Sum n (fun i => f i p)).
Proof.
  intros S H. split; [exact S|]. intros p q t Dp Dq Ht.
  rewrite <- !Sum_scal, <- Sum_plus. apply Sum_le. intros i Hi. now apply (H i Hi).
Qed.

Lemma convex_max D f g : convex_on D f -> convex_on D g -> convex_on D (fun p => Rmax (f p) (g p)).
Proof.
  intros [S C] [_ E]. split; [exact S|]. intros p q t Dp Dq Ht.
  assert (A := C p q t Dp Dq Ht). assert (B := E p q t Dp Dq Ht).
  assert (P1 := Rmax_l (f p) (g p)). assert (P2 := Rmax_r (f p) (g p)).
  assert (Q1 := Rmax_l (f q) (g q)). assert (Q2 := Rmax_r (f q) (g q)).
  apply Rmax_lub; nra.
Qed.

Lemma convex_abs D f : convex_on D f -> convex_on D (fun p => - f p) -> convex_on D (fun p => Rabs (f p)).
Proof.
  intros [S C] [_ E]. split; [exact S|]. intros p q t Dp Dq Ht.
  assert (A := C p q t Dp Dq Ht). assert (B := E p q t Dp Dq Ht). simpl in B.
  assert (P1 := Rle_abs (f p)). assert (P2 := Rle_abs (- f p)). rewrite Rabs_Ropp in P2.
  assert (Q1 := Rle_abs (f q)). assert (Q2 := Rle_abs (- f q)). rewrite Rabs_Ropp in Q2.
  apply Rabs_le. nra.
Qed.

Lemma convex_maxi D n (f : nat -> point -> R) :
  convex_set D -> (0 < n)%nat -> (forall i, (i < n)%nat -> convex_on D (f i)) ->
  convex_on D (fun p => Maxi n (fun i => f i p)).
Proof.
  intros S Hn H. split; [exact S|]. intros p q t Dp Dq Ht.
  apply Maxi_le; [exact Hn|]. intros i Hi.
  assert (A := proj2 (H i Hi) p q t Dp Dq Ht).
  assert (P := Maxi_ge n (fun i => f i p) i Hi). assert (Q := Maxi_ge n (fun i => f i q) i Hi). simpl in P, Q. nra.
Qed.

(* Restriction: a function is convex on D if it is on a larger convex set. *)
Lemma convex_restrict (D E : point -> Prop) f : convex_set D -> (forall p, D p -> E p) -> convex_on E f -> convex_on D f.
Proof. intros S H [_ C]. split; [exact S|]. auto. Qed.

Lemma affine_of_both D f : convex_on D f -> concave_on D f -> affine_on D f.
Proof.
  intros [S C] [_ E]. split; [exact S|]. intros p q t Dp Dq Ht.
  assert (A := C p q t Dp Dq Ht). assert (B := E p q t Dp Dq Ht). lra.
Qed.
