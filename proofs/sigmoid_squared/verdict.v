From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Numbers.
Open Scope R_scope.

(* claim      neither
   function   (sigmoid(x*w) - y)**2
   variables  w
   parameters x, y *)
Definition v_w (p : point) : R := p 0%nat 0%nat 0%nat.
Definition given (p_x : R) (p_y : R) : Prop :=
  True.
Definition dom (p_x : R) (p_y : R) (p : point) : Prop :=
  everywhere p.
Definition f (p_x : R) (p_y : R) (p : point) : R := (((sigmoid ((p_x) * (v_w p))) + ((- 1) * (p_y))) ^ 2).

Definition x_0 : point := fun k i j => match k with | 0%nat => (- 2) | _ => 0 end.
Definition y_0 : point := fun k i j => match k with | 0%nat => 0 | _ => 0 end.
Lemma gap_convex : (exists (p_x : R) (p_y : R), given p_x p_y /\ jensen_gap (dom p_x p_y) (f p_x p_y)).
Proof.
  exists (1). exists (1). split; [exact I|]. 
  exists x_0, y_0, (1 / 2).
  cbv [f dom everywhere mix Sum Maxi INR Nat.add Nat.mul Nat.eqb x_0 y_0 v_w].
  repeat split; at_every_index.
Qed.

Definition x_1 : point := fun k i j => match k with | 0%nat => (- 1) | _ => 0 end.
Definition y_1 : point := fun k i j => match k with | 0%nat => 0 | _ => 0 end.
Lemma gap_concave : (exists (p_x : R) (p_y : R), given p_x p_y /\ jensen_gap (dom p_x p_y) (fun p => - f p_x p_y p)).
Proof.
  exists (1). exists (1). split; [exact I|]. 
  exists x_1, y_1, (1 / 2).
  cbv [f dom everywhere mix Sum Maxi INR Nat.add Nat.mul Nat.eqb x_1 y_1 v_w].
  repeat split; at_every_index.
Qed.

Theorem verdict :
  (exists (p_x : R) (p_y : R), given p_x p_y /\ jensen_gap (dom p_x p_y) (f p_x p_y)) /\
  (exists (p_x : R) (p_y : R), given p_x p_y /\ jensen_gap (dom p_x p_y) (fun p => - f p_x p_y p)).
Proof. split; [exact gap_convex | exact gap_concave]. Qed.
