(* Second order and composition: the two rules that differentiate, for expressions as data.
   Where: the evidence kinds "second order" and "composition"; the function is (fun p => value e p).
   Dom is the domain, I its inside: pulled towards a point o, every point of Dom lies in I. Where nothing happens at
   the boundary the simpler forms do. Continuity carries the claim from I to Dom.
   Reference: Boyd and Vandenberghe, sections 3.1.4 and 3.2.4. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Calculus Expr.
Open Scope R_scope.

Definition zero : point := fun _ _ _ => 0.

(* The value of an expression without directions. *)
Definition value (e : ex) (p : point) : R := ev p zero e.

Fixpoint still (e : ex) : Prop :=
  match e with
  | Dr _ _ _ => False
  | Add a b | Mul a b | Ite _ a b => still a /\ still b
  | Opp a | Inv a | Pow a _ | Exp a | Ln a | Sin a | Cos a | Atan a | Erf a | Sqrt a | Pw a _ => still a
  | Sm n b => forall i, still (b i)
  | _ => True
  end.

Lemma ev_still p v e : still e -> ev p v e = value e p.
Proof.
  unfold value. induction e as [|c|k i j|k i j|a IHa b IHb|a IHa b IHb|a IHa|a IHa|a IHa n|a IHa|a IHa|a IHa|a IHa|a IHa
    |a IHa|a IHa|a IHa r|n b IHb|c a IHa b IHb]; simpl; intros H; try reflexivity; try tauto;
    try (destruct H; rewrite IHa, IHb by assumption; reflexivity); try (rewrite IHa by assumption; reflexivity).
  apply Sum_ext. intros i _. apply IHb, H.
Qed.

Lemma mix_0 p q : mix 0 p q = q.
Proof. unfold mix. repeat (apply functional_extensionality; intro). lra. Qed.
Lemma mix_1 p q : mix 1 p q = p.
Proof. unfold mix. repeat (apply functional_extensionality; intro). lra. Qed.

(* Pulled towards o: from the point at s = 0 to o at s = 1. *)
Definition pulls (o : point) (Dom I : point -> Prop) : Prop := forall p s, Dom p -> 0 < s <= 1 -> I (mix s o p).

Lemma mix_mix o s t p q : mix s o (mix t p q) = mix t (mix s o p) (mix s o q).
Proof. unfold mix. repeat (apply functional_extensionality; intro). ring. Qed.

Lemma along_mix o s p q k i j : along (mix s o p) (mix s o q) k i j = (1 - s) * along p q k i j.
Proof. unfold along, mix. ring. Qed.

(* On a segment inside I. *)
Lemma second_order_inside (I : point -> Prop) (e : ex) p q t :
  still e -> (forall p v, I p -> ok p v e) -> (forall p v, I p -> 0 <= ev p v (D (D e))) ->
  (forall s, 0 <= s <= 1 -> I (mix s p q)) -> 0 <= t <= 1 ->
  value e (mix t p q) <= t * value e p + (1 - t) * value e q.
Proof.
  intros still_e smooth form Hs Ht. set (v := along p q).
  assert (H := convex_unit (fun s => ev (mix s p q) v e) (fun s => ev (mix s p q) v (D e))
    (fun s => ev (mix s p q) v (D (D e)))).
  cbv beta in H. rewrite mix_0, mix_1 in H.
  rewrite (ev_still p v e still_e), (ev_still q v e still_e) in H.
  rewrite <- (ev_still (mix t p q) v e still_e).
  apply Rle_trans with ((1 - t) * value e q + t * value e p); [|lra].
  apply H; try exact Ht.
  - intros s Hs'. apply ev_continuous, ok_cok, smooth, Hs, Hs'.
  - intros s Hs'. apply D_correct, smooth, Hs. lra.
  - intros s Hs'. apply D_correct, ok_D, smooth, Hs. lra.
  - intros s Hs'. apply form, Hs. lra.
Qed.

(* Where the facts of the domain itself are enough. *)
Theorem second_order (Dom : point -> Prop) (e : ex) :
  still e -> convex_set Dom -> (forall p v, Dom p -> ok p v e) ->
  (forall p v, Dom p -> 0 <= ev p v (D (D e))) -> convex_on Dom (value e).
Proof.
  intros S C K F. split; [exact C|]. intros p q t Dp Dq Ht.
  apply (second_order_inside Dom e p q t S K F); [|exact Ht]. intros s Hs. apply C; assumption.
Qed.

Theorem second_order_closure (Dom I : point -> Prop) (o : point) (e : ex) :
  still e -> convex_set Dom -> pulls o Dom I -> (forall p v, I p -> ok p v e) -> (forall p v, Dom p -> cok p v e) ->
  (forall p v, I p -> 0 <= ev p v (D (D e))) -> convex_on Dom (value e).
Proof.
  intros S CD P K C F. split; [exact CD|]. intros p q t Dp Dq Ht.
  assert (Dm : Dom (mix t p q)) by (apply CD; assumption).
  set (h := fun s => ev (mix s o (mix t p q)) zero e - (t * ev (mix s o p) zero e + (1 - t) * ev (mix s o q) zero e)).
  assert (L : h 0 <= 0); [apply limit_le0|unfold h in L; rewrite !mix_0 in L; unfold value; lra].
  - unfold h. apply (continuity_pt_minus (fun s => ev (mix s o (mix t p q)) zero e)).
    { apply ev_continuous. rewrite mix_0. apply C, Dm. }
    apply (continuity_pt_plus (fun s => t * ev (mix s o p) zero e)).
    + apply (continuity_pt_scal (fun s => ev (mix s o p) zero e)), ev_continuous. rewrite mix_0. apply C, Dp.
    + apply (continuity_pt_scal (fun s => ev (mix s o q) zero e)), ev_continuous. rewrite mix_0. apply C, Dq.
  - intros s Hs. unfold h. rewrite mix_mix.
    assert (A := second_order_inside I e (mix s o p) (mix s o q) t S K F). unfold value in A.
    assert (B : forall r, 0 <= r <= 1 -> I (mix r (mix s o p) (mix s o q))).
    { intros r Hr. rewrite <- mix_mix. apply P; [apply CD; assumption|exact Hs]. }
    specialize (A B Ht). lra.
Qed.

(* K holds the differences that the arguments' curvatures allow, scaled too. *)
Definition conic (K : point -> Prop) : Prop := forall v s, K v -> 0 <= s -> K (fun k i j => s * v k i j).

Lemma monotone_inside (I K : point -> Prop) (e : ex) p q :
  still e -> (forall p v, I p -> ok p v e) -> (forall p v, I p -> K v -> 0 <= ev p v (D e)) ->
  (forall s, 0 <= s <= 1 -> I (mix s p q)) -> K (along p q) -> value e q <= value e p.
Proof.
  intros S OK M Hs Kv. set (v := along p q) in *.
  assert (H := nondecreasing_unit (fun s => ev (mix s p q) v e) (fun s => ev (mix s p q) v (D e))).
  cbv beta in H. rewrite mix_0, mix_1, (ev_still p v e S), (ev_still q v e S) in H. apply H.
  - intros s Hs'. apply ev_continuous, ok_cok, OK, Hs, Hs'.
  - intros s Hs'. apply D_correct, OK, Hs. lra.
  - intros s Hs'. apply M; [apply Hs; lra|exact Kv].
Qed.

Lemma monotone_closure (C I K : point -> Prop) (o : point) (e : ex) p q :
  still e -> convex_set C -> conic K -> pulls o C I -> (forall p v, I p -> ok p v e) -> (forall p v, C p -> cok p v e) ->
  (forall p v, I p -> K v -> 0 <= ev p v (D e)) -> C p -> C q -> K (along p q) -> value e q <= value e p.
Proof.
  intros S CC KC P OK CO M Cp Cq Kv.
  set (h := fun s => ev (mix s o q) zero e - ev (mix s o p) zero e).
  assert (L : h 0 <= 0); [apply limit_le0|unfold h in L; rewrite !mix_0 in L; unfold value; lra].
  - unfold h. apply (continuity_pt_minus (fun s => ev (mix s o q) zero e));
      apply ev_continuous; rewrite mix_0; apply CO; assumption.
  - intros s Hs. unfold h.
    assert (A : value e (mix s o q) <= value e (mix s o p)); [|unfold value in A; lra].
    apply (monotone_inside I K e _ _ S OK M).
    + intros r Hr. rewrite <- mix_mix. apply P; [apply CC; assumption|exact Hs].
    + replace (along (mix s o p) (mix s o q)) with (fun k i j => (1 - s) * along p q k i j).
      * apply KC; [exact Kv|lra].
      * repeat (apply functional_extensionality; intro). now rewrite along_mix.
Qed.

(* The outer function is convex on C, which holds the range of the arguments g. *)
Theorem composition (Dom C K : point -> Prop) (e : ex) (g : point -> point) :
  still e -> convex_set Dom -> (forall p, Dom p -> C (g p)) -> convex_on C (value e) ->
  (forall p q t, Dom p -> Dom q -> 0 <= t <= 1 -> K (along (mix t (g p) (g q)) (g (mix t p q)))) ->
  (forall p v, C p -> ok p v e) -> (forall p v, C p -> K v -> 0 <= ev p v (D e)) ->
  convex_on Dom (fun p => value e (g p)).
Proof.
  intros S CD R CE KD OK M. split; [exact CD|]. intros p q t Dp Dq Ht. assert (CC := proj1 CE).
  apply Rle_trans with (value e (mix t (g p) (g q))); [|apply (proj2 CE); auto].
  apply (monotone_inside C K e _ _ S OK M).
  - intros s Hs. apply CC; [apply CC; auto|apply R, CD; assumption|exact Hs].
  - apply KD; assumption.
Qed.

Theorem composition_closure (Dom C I K : point -> Prop) (o : point) (e : ex) (g : point -> point) :
  still e -> convex_set Dom -> (forall p, Dom p -> C (g p)) -> convex_on C (value e) ->
  (forall p q t, Dom p -> Dom q -> 0 <= t <= 1 -> K (along (mix t (g p) (g q)) (g (mix t p q)))) ->
  conic K -> pulls o C I -> (forall p v, I p -> ok p v e) -> (forall p v, C p -> cok p v e) ->
  (forall p v, I p -> K v -> 0 <= ev p v (D e)) -> convex_on Dom (fun p => value e (g p)).
Proof.
  intros S CD R CE KD KC P OK CO M. split; [exact CD|]. intros p q t Dp Dq Ht. assert (CC := proj1 CE).
  apply Rle_trans with (value e (mix t (g p) (g q))); [|apply (proj2 CE); auto].
  apply (monotone_closure C I K o e _ _ S CC KC P OK CO M).
  - apply CC; auto.
  - apply R, CD; assumption.
  - apply KD; assumption.
Qed.

(* All arguments affine: no monotonicity is needed. *)
Theorem precomposition (Dom C : point -> Prop) (h : point -> R) (g : point -> point) :
  convex_set Dom -> (forall p, Dom p -> C (g p)) -> convex_on C h ->
  (forall p q t, Dom p -> Dom q -> 0 <= t <= 1 -> forall k i j, g (mix t p q) k i j = mix t (g p) (g q) k i j) ->
  convex_on Dom (fun p => h (g p)).
Proof.
  intros CD R CE A. split; [exact CD|]. intros p q t Dp Dq Ht.
  replace (g (mix t p q)) with (mix t (g p) (g q)); [apply (proj2 CE); auto|].
  repeat (apply functional_extensionality; intro). symmetry. apply A; assumption.
Qed.
