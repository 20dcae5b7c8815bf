(* The sign certificates of one variable as lemmas: no root between, a ladder of derivatives, coefficients.
   Where: the sign rules "roots" and "ladder".
   Reference: the intermediate value theorem; the mean value theorem; S. Basu, R. Pollack, M.-F. Roy, Algorithms in Real
   Algebraic Geometry, section 2.2 (a Sturm sequence shows that there is no root). *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Calculus.
Open Scope R_scope.

(* Continuous, without a root on an interval, positive at one of its points: positive on all of it. *)
Theorem no_root_positive (g : R -> R) (a b c : R) :
  a <= c <= b -> (forall t, a <= t <= b -> continuity_pt g t) -> (forall t, a <= t <= b -> g t <> 0) -> 0 < g c ->
  forall t, a <= t <= b -> 0 < g t.
Proof.
  intros Hc C N P t Ht. destruct (Rlt_le_dec 0 (g t)) as [|H]; [assumption|exfalso].
  assert (Q : g t < 0) by (destruct H as [H|H]; [exact H|exfalso; exact (N t Ht H)]).
  destruct (Rtotal_order t c) as [L|[E|L]]; [|subst; lra|].
  - destruct (Ranalysis5.IVT_interv g t c) as (z & Hz & E); try assumption; [intros; apply C; lra|]. apply (N z); [lra|exact E].
  - destruct (Ranalysis5.IVT_interv (fun s => - g s) c t) as (z & Hz & E); try lra.
    + intros s Hs. apply continuity_pt_opp, C. lra.
    + apply (N z); lra.
Qed.

(* The ladder: a derivative >= 0 and a value >= 0 at the lower end. *)
Theorem ladder_up (g g' : R -> R) (a b : R) :
  (forall t, a <= t < b -> continuity_pt g t) -> (forall t, a < t < b -> is_derive g t (g' t)) ->
  (forall t, a < t < b -> 0 <= g' t) -> 0 <= g a -> forall t, a <= t < b -> 0 <= g t.
Proof.
  intros C D P A t Ht. destruct (Req_dec t a) as [->|N]; [exact A|].
  destruct (mean_value g g' a t) as (c & Hc & E); [lra|intros; apply C; lra|intros; apply D; lra|].
  assert (0 <= g' c) by (apply P; lra). assert (0 <= g' c * (t - a)) by (apply Rmult_le_pos; lra). lra.
Qed.

(* The same from the upper end. *)
Theorem ladder_down (g g' : R -> R) (a b : R) :
  (forall t, a < t <= b -> continuity_pt g t) -> (forall t, a < t < b -> is_derive g t (g' t)) ->
  (forall t, a < t < b -> g' t <= 0) -> 0 <= g b -> forall t, a < t <= b -> 0 <= g t.
Proof.
  intros C D P B t Ht. destruct (Req_dec t b) as [->|N]; [exact B|].
  destruct (mean_value g g' t b) as (c & Hc & E); [lra|intros; apply C; lra|intros; apply D; lra|].
  assert (g' c <= 0) by (apply P; lra). assert (0 <= - g' c * (b - t)) by (apply Rmult_le_pos; lra). lra.
Qed.

(* A polynomial without negative coefficients, at a point >= 0. *)
Theorem coefficients_nonnegative n (c : nat -> R) x :
  (forall k, (k < n)%nat -> 0 <= c k) -> 0 <= x -> 0 <= Sum n (fun k => c k * x ^ k).
Proof. intros H X. apply Sum_ge0. intros k Hk. apply Rmult_le_pos; [apply H, Hk|apply pow_le, X]. Qed.

(* Strictly, where one coefficient and the point are > 0. *)
Theorem coefficients_positive n (c : nat -> R) x m :
  (forall k, (k < n)%nat -> 0 <= c k) -> (m < n)%nat -> 0 < c m -> 0 < x -> 0 < Sum n (fun k => c k * x ^ k).
Proof.
  intros H Hm Cm X. apply Rlt_le_trans with (c m * x ^ m).
  - apply Rmult_lt_0_compat; [exact Cm|apply pow_lt, X].
  - rewrite <- (Sum_pick n m (fun k => c k * x ^ k) Hm). apply Sum_le. intros k Hk.
    destruct (Nat.eqb k m); [lra|]. apply Rmult_le_pos; [apply H, Hk|apply pow_le; lra].
Qed.
