(* Tactics for the side conditions of the rules: domains, ranges of arguments, smoothness, affine maps.
   Where: generated scripts, between the theorems of Rules and the signs of Signs.
   Reference: none needed; each goal is linear arithmetic once the products are named. *)
From Coq Require Import Reals Lra Lia Psatz.
From Convexcheck Require Import Sums Convex Functions Expr Rules Signs.
Open Scope R_scope.

Lemma convex_ge t a b : 0 <= t <= 1 -> 0 <= a -> 0 <= b -> 0 <= t * a + (1 - t) * b.
Proof. intros. assert (0 <= t * a) by (apply mul_pp; lra). assert (0 <= (1 - t) * b) by (apply mul_pp; lra). lra. Qed.

Lemma convex_gt t a b : 0 <= t <= 1 -> 0 < a -> 0 < b -> 0 < t * a + (1 - t) * b.
Proof.
  intros [[H| <-] H1] Ha Hb; [|lra]. assert (0 < t * a) by (apply mul_pp_lt; lra).
  assert (0 <= (1 - t) * b) by (apply mul_pp; lra). lra.
Qed.

Lemma convex_eq t a b : 0 <= t <= 1 -> a = 0 -> b = 0 -> t * a + (1 - t) * b = 0.
Proof. intros _ -> ->. ring. Qed.

(* What holds weakly at a point holds strictly once the point is pulled towards the centre. *)
Ltac pull_facts :=
  match goal with
  | |- True => exact I
  | Dp : _ /\ _ |- _ /\ _ =>
      let A := fresh in let A' := fresh in
      destruct Dp as [A A']; split; [clear A'; rename A into Dp; pull_facts|clear A; rename A' into Dp; pull_facts]
  | |- forall i, _ -> _ =>
      let i := fresh "i" in let H := fresh in
      intros i H; match goal with Dp : forall _, _ -> _ |- _ => specialize (Dp i H); pull_facts end
  | Hs : 0 < ?s <= 1, Dp : 0 <= ?a |- 0 < _ =>
      assert (X : 0 <= (1 - s) * a) by (apply mul_pp; lra); first [lra | nra]
  | Hs : 0 < ?s <= 1, Dp : 0 < ?a |- 0 < _ =>
      assert (X : 0 <= (1 - s) * a) by (apply mul_pp; lra); first [lra | nra]
  end.

Ltac conic_facts :=
  match goal with
  | |- True => exact I
  | Hv : _ /\ _ |- _ /\ _ =>
      let A := fresh in let A' := fresh in
      destruct Hv as [A A']; split; [clear A'; rename A into Hv; conic_facts|clear A; rename A' into Hv; conic_facts]
  | |- forall i, _ -> _ =>
      let i := fresh "i" in let H := fresh in
      intros i H; match goal with Hv : forall _, _ -> _ |- _ => specialize (Hv i H); conic_facts end
  | Hs : 0 <= ?s, Hv : 0 <= ?a |- 0 <= _ => assert (X : 0 <= s * a) by (apply mul_pp; assumption); lra
  | Hv : ?a = 0 |- _ = 0 => rewrite Hv; ring
  end.

(* Smoothness: every denominator and every argument of a logarithm or root. *)
Ltac smooth :=
  match goal with
  | |- True => exact I
  | |- _ /\ _ => split; smooth
  | |- forall _, _ => intro; smooth
  | |- _ <> 0 => nonzero
  | |- 0 < _ => first [assumption | positive]
  | |- _ \/ _ => first [left; smooth | right; lra]
  | |- if ?c then _ else _ => destruct c; smooth
  | |- _ => tauto
  end.

(* g(t p + (1-t) q) = t g(p) + (1-t) g(q) for an affine g. *)
Ltac affine_sums :=
  first
  [ ring
  | match goal with
    | Ht : 0 <= ?t <= 1 |- context [Sum ?n ?f] =>
        match goal with |- context [Sum n ?g] =>
        match goal with |- context [Sum n ?h] =>
          tryif (first [constr_eq f g | constr_eq f h]) then fail else
          (replace (Sum n f) with (t * Sum n g + (1 - t) * Sum n h)
             by (rewrite <- !Sum_scal, <- Sum_plus; apply Sum_ext; intros; cbv beta; solve [affine_sums]));
          affine_sums end end
    end
  | match goal with |- context [if ?b then _ else _] => destruct b; affine_sums end
  | field; nonzero ].

(* The facts Dp and Dq, one by one, give those of the goal at the point between. *)
Ltac convex_facts :=
  match goal with
  | |- True => exact I
  | Dp : _ /\ _, Dq : _ /\ _ |- _ /\ _ =>
      let A := fresh in let B := fresh in let A' := fresh in let B' := fresh in
      destruct Dp as [A A']; destruct Dq as [B B']; split;
      [clear A' B'; rename A into Dp; rename B into Dq; convex_facts
      |clear A B; rename A' into Dp; rename B' into Dq; convex_facts]
  | |- forall i, _ -> _ =>
      let i := fresh "i" in let H := fresh in
      intros i H;
      match goal with Dp : forall _, _ -> _, Dq : forall _, _ -> _ |- _ =>
        specialize (Dp i H); specialize (Dq i H); convex_facts end
  | Ht : 0 <= ?t <= 1, Dp : 0 <= ?a, Dq : 0 <= ?b |- 0 <= _ =>
      assert (X := convex_ge t a b Ht Dp Dq); first [lra | apply (ge0_eq _ (t * a + (1 - t) * b)); [affine_sums | exact X]]
  | Ht : 0 <= ?t <= 1, Dp : 0 < ?a, Dq : 0 < ?b |- 0 < _ =>
      assert (X := convex_gt t a b Ht Dp Dq); first [lra | apply (gt0_eq _ (t * a + (1 - t) * b)); [affine_sums | exact X]]
  | Ht : 0 <= ?t <= 1, Dp : ?a = 0, Dq : ?b = 0 |- _ = 0 =>
      assert (X := convex_eq t a b Ht Dp Dq); first [lra | rewrite <- X; affine_sums]
  end.

Ltac slot_cases :=
  repeat match goal with |- context [match ?k with O => _ | S _ => _ end] => is_var k; destruct k end.

(* The same operation of the same arguments, in another order. *)
Lemma ite_same (b b' : bool) (x x' y y' : R) : b = b' -> x = x' -> y = y' -> (if b then x else y) = (if b' then x' else y').
Proof. intros -> -> ->. reflexivity. Qed.
Lemma Maxi_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> Maxi n f = Maxi n g.
Proof.
  induction n as [|n IH]; intros H; [reflexivity|]. destruct n as [|n]; [apply H; lia|].
  rewrite !(Maxi_S (S n)) by lia. rewrite IH, (H (S n)); auto with arith.
Qed.
Ltac largest :=
  first [ apply Rle_refl | apply Rle_trans with (2 := Rmax_r _ _); largest | apply Rle_trans with (2 := Rmax_l _ _); largest ].
Ltac max_sorts :=
  match goal with
  | |- Rmax _ _ = Rmax _ _ => apply Rle_antisym; repeat apply Rmax_lub; largest
  end.

Lemma gap_ge0 a b c : a <= b -> c = b - a -> 0 <= c.
Proof. intros. lra. Qed.

(* The gap of each argument has the sign that its curvature says. *)
Ltac slot_gaps p q t Dp Dq Ht :=
  repeat match goal with
  | H : (?i < ?n)%nat, C : forall j : nat, (j < ?n)%nat -> _ |- _ => specialize (C i H)
  end;
  repeat match goal with
  | C : convex_on _ _ |- _ => destruct C as [_ C]; specialize (C p q t Dp Dq Ht)
  end;
  cbv [mix] in *;
  first [ match goal with C : _ <= _ |- 0 <= _ =>
            apply (gap_ge0 _ _ _ C); match goal with |- ?x = ?x => reflexivity end end
        | lra | affine_sums | apply Rminus_diag_eq; affine_sums
        | match goal with C : _ <= _ |- 0 <= _ => apply (gap_ge0 _ _ _ C); reorder end | nra ].
