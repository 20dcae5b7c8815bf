From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Symmetry.
Open Scope R_scope.

(* claim      invariant
   function   Sum(i < n, Sum(j < k, (Sum(l < h1, W2[j, l]*tanh(Sum(m < d, X[i, m]*W1[l, m]))) - y[i, j])**2))
   variables  W1[h1, d], W2[k, h1]
   parameters X[n, d], y[n, k]
   sizes      k >= 1, h1 >= 1, d >= 1, n >= 1 *)
Definition v_W1 (p : point) (i : nat) (j : nat) : R := p 0%nat i j.
Definition v_W2 (p : point) (i : nat) (j : nat) : R := p 1%nat i j.
Definition given (n_k : nat) (n_h1 : nat) (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> nat -> R) : Prop :=
  (1 <= n_k)%nat /\ (1 <= n_h1)%nat /\ (1 <= n_d)%nat /\ (1 <= n_n)%nat.
Definition dom (n_k : nat) (n_h1 : nat) (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> nat -> R) (p : point) : Prop :=
  everywhere p.
Definition f (n_k : nat) (n_h1 : nat) (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> nat -> R) (p : point) : R := (Sum n_n (fun i0 => (Sum n_k (fun i1 => ((((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => ((v_W2 p i1 i2) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p i2 i3))))))))) ^ 2))))).

Definition moved (n_k : nat) (n_h1 : nat) (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> nat -> R) (p_p1 : nat -> nat) (p_s1 : nat -> R) (p : point) : point :=
  fun k i j => match k with | 0%nat => ((p_s1 (p_p1 i)) * (v_W1 p (p_p1 i) j)) | 1%nat => ((p_s1 (p_p1 j)) * (v_W2 p i (p_p1 j))) | _ => p k i j end.
Definition member (n_k : nat) (n_h1 : nat) (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> nat -> R) (p_p1 : nat -> nat) (p_s1 : nat -> R) : Prop :=
  permutes n_h1 p_p1 /\ (forall i, (i < n_h1)%nat -> sign (p_s1 i)).

Theorem verdict : forall (n_k : nat) (n_h1 : nat) (n_d : nat) (n_n : nat) (p_X : nat -> nat -> R) (p_y : nat -> nat -> R), given n_k n_h1 n_d n_n p_X p_y -> forall (p_p1 : nat -> nat) (p_s1 : nat -> R), member n_k n_h1 n_d n_n p_X p_y p_p1 p_s1 ->
  forall p, f n_k n_h1 n_d n_n p_X p_y (moved n_k n_h1 n_d n_n p_X p_y p_p1 p_s1 p) = f n_k n_h1 n_d n_n p_X p_y p.
Proof.
  intros n_k n_h1 n_d n_n p_X p_y G p_p1 p_s1 M p. cbv [member] in M. destruct M as (Hp_p1 & Hp_s1). 
  assert (E0 : forall i1, (i1 < n_k)%nat -> forall i2, (i2 < n_h1)%nat -> ((p_s1 (p_p1 i2)) * (v_W2 p i1 (p_p1 i2))) = (1 * (p_s1 (p_p1 i2))) * (v_W2 p i1 (p_p1 i2))).
  { intros i1 Hi1 i2 Hi2. ring. }
  assert (E1 : forall i2, (i2 < n_h1)%nat -> forall i3, (i3 < n_d)%nat -> ((p_s1 (p_p1 i2)) * (v_W1 p (p_p1 i2) i3)) = (1 * (p_s1 (p_p1 i2))) * (v_W1 p (p_p1 i2) i3)).
  { intros i2 Hi2 i3 Hi3. ring. }
  assert (E2 : forall i3, (i3 < n_d)%nat -> forall i0, (i0 < n_n)%nat -> forall i2, (i2 < n_h1)%nat -> ((p_X i0 i3) * ((p_s1 (p_p1 i2)) * (v_W1 p (p_p1 i2) i3))) = (1 * (p_s1 (p_p1 i2))) * ((p_X i0 i3) * (v_W1 p (p_p1 i2) i3))).
  { intros i3 Hi3 i0 Hi0 i2 Hi2. rewrite (E1 i2 Hi2 i3 Hi3); ring. }
  assert (E3 : forall i0, (i0 < n_n)%nat -> forall i2, (i2 < n_h1)%nat -> (Sum n_d (fun i3 => ((p_X i0 i3) * ((p_s1 (p_p1 i2)) * (v_W1 p (p_p1 i2) i3))))) = (1 * (p_s1 (p_p1 i2))) * (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p (p_p1 i2) i3))))).
  { intros i0 Hi0 i2 Hi2. transitivity (Sum n_d (fun i3 => (1 * (p_s1 (p_p1 i2))) * ((p_X i0 i3) * (v_W1 p (p_p1 i2) i3)))); [apply Sum_ext; intros i3 Hi3; apply E2; assumption|]; apply Sum_scal. }
  assert (E4 : forall i0, (i0 < n_n)%nat -> forall i2, (i2 < n_h1)%nat -> (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * ((p_s1 (p_p1 i2)) * (v_W1 p (p_p1 i2) i3)))))) = (1 * (p_s1 (p_p1 i2))) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p (p_p1 i2) i3)))))).
  { intros i0 Hi0 i2 Hi2. rewrite (E3 i0 Hi0 i2 Hi2); rewrite (odd_sign _ (1 * (p_s1 (p_p1 i2))) _ tanh_odd (sign_mul _ _ sign_one (Hp_s1 (p_p1 i2) (proj1 Hp_p1 i2 Hi2)))); ring. }
  assert (E5 : forall i1, (i1 < n_k)%nat -> forall i2, (i2 < n_h1)%nat -> forall i0, (i0 < n_n)%nat -> (((p_s1 (p_p1 i2)) * (v_W2 p i1 (p_p1 i2))) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * ((p_s1 (p_p1 i2)) * (v_W1 p (p_p1 i2) i3))))))) = 1 * ((v_W2 p i1 (p_p1 i2)) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p (p_p1 i2) i3))))))).
  { intros i1 Hi1 i2 Hi2 i0 Hi0. rewrite (E4 i0 Hi0 i2 Hi2); rewrite (E0 i1 Hi1 i2 Hi2); assert (S0 := sign_square _ (Hp_s1 (p_p1 i2) (proj1 Hp_p1 i2 Hi2))); ring [S0]. }
  assert (E6 : forall i1, (i1 < n_k)%nat -> forall i0, (i0 < n_n)%nat -> (Sum n_h1 (fun i2 => (((p_s1 (p_p1 i2)) * (v_W2 p i1 (p_p1 i2))) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * ((p_s1 (p_p1 i2)) * (v_W1 p (p_p1 i2) i3))))))))) = 1 * (Sum n_h1 (fun i2 => ((v_W2 p i1 i2) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p i2 i3))))))))).
  { intros i1 Hi1 i0 Hi0. transitivity (Sum n_h1 (fun i2 => 1 * ((v_W2 p i1 (p_p1 i2)) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p (p_p1 i2) i3)))))))); [apply Sum_ext; intros i2 Hi2; apply E5; assumption|]; rewrite (Sum_permutes n_h1 p_p1 (fun i2 => 1 * ((v_W2 p i1 i2) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p i2 i3))))))) Hp_p1); apply Sum_scal. }
  assert (E7 : forall i1, (i1 < n_k)%nat -> forall i0, (i0 < n_n)%nat -> (((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => (((p_s1 (p_p1 i2)) * (v_W2 p i1 (p_p1 i2))) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * ((p_s1 (p_p1 i2)) * (v_W1 p (p_p1 i2) i3)))))))))) = 1 * (((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => ((v_W2 p i1 i2) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p i2 i3)))))))))).
  { intros i1 Hi1 i0 Hi0. rewrite (E6 i1 Hi1 i0 Hi0); ring. }
  assert (E8 : forall i1, (i1 < n_k)%nat -> forall i0, (i0 < n_n)%nat -> ((((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => (((p_s1 (p_p1 i2)) * (v_W2 p i1 (p_p1 i2))) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * ((p_s1 (p_p1 i2)) * (v_W1 p (p_p1 i2) i3)))))))))) ^ 2) = 1 * ((((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => ((v_W2 p i1 i2) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p i2 i3))))))))) ^ 2)).
  { intros i1 Hi1 i0 Hi0. rewrite (E7 i1 Hi1 i0 Hi0); ring. }
  assert (E9 : forall i0, (i0 < n_n)%nat -> (Sum n_k (fun i1 => ((((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => (((p_s1 (p_p1 i2)) * (v_W2 p i1 (p_p1 i2))) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * ((p_s1 (p_p1 i2)) * (v_W1 p (p_p1 i2) i3)))))))))) ^ 2))) = 1 * (Sum n_k (fun i1 => ((((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => ((v_W2 p i1 i2) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p i2 i3))))))))) ^ 2)))).
  { intros i0 Hi0. transitivity (Sum n_k (fun i1 => 1 * ((((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => ((v_W2 p i1 i2) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p i2 i3))))))))) ^ 2))); [apply Sum_ext; intros i1 Hi1; apply E8; assumption|]; apply Sum_scal. }
  assert (E10 : (Sum n_n (fun i0 => (Sum n_k (fun i1 => ((((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => (((p_s1 (p_p1 i2)) * (v_W2 p i1 (p_p1 i2))) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * ((p_s1 (p_p1 i2)) * (v_W1 p (p_p1 i2) i3)))))))))) ^ 2))))) = 1 * (Sum n_n (fun i0 => (Sum n_k (fun i1 => ((((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => ((v_W2 p i1 i2) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p i2 i3))))))))) ^ 2)))))).
  { transitivity (Sum n_n (fun i0 => 1 * (Sum n_k (fun i1 => ((((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => ((v_W2 p i1 i2) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p i2 i3))))))))) ^ 2))))); [apply Sum_ext; intros i0 Hi0; apply E9; assumption|]; apply Sum_scal. }
  change ((Sum n_n (fun i0 => (Sum n_k (fun i1 => ((((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => (((p_s1 (p_p1 i2)) * (v_W2 p i1 (p_p1 i2))) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * ((p_s1 (p_p1 i2)) * (v_W1 p (p_p1 i2) i3)))))))))) ^ 2))))) = (Sum n_n (fun i0 => (Sum n_k (fun i1 => ((((- 1) * (p_y i0 i1)) + (Sum n_h1 (fun i2 => ((v_W2 p i1 i2) * (tanh (Sum n_d (fun i3 => ((p_X i0 i3) * (v_W1 p i2 i3))))))))) ^ 2)))))).
  rewrite E10; ring.
Qed.
