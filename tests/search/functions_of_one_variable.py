"""Functions of one variable with known curvature: special functions, quotients, needles, and near misses.

Each row: text, domain, curvature on it. A near miss has its threshold moved a little, to the wrong side.
"""

QUICK = [
    ("log(sinh(x)/x)", "x > 0", "CONVEX"),  # Langevin
    ("x*exp(-x)", "x >= 2", "CONVEX"),
    ("x*exp(-x)", "x >= 1.99", "NEITHER"),
    ("exp(-x**2)", "x >= 0.7072", "CONVEX"),  # 1/sqrt(2) = 0.70710...
    ("log(x)/x", "x > 4.49", "CONVEX"),  # exp(3/2) = 4.4816...
    ("log(x)/x", "x > 4.4", "NEITHER"),
    ("x**2 + sin(x)", "", "CONVEX"),
    ("x**2 + 2.01*sin(x)", "", "NEITHER"),
    ("sin(x)/x", "x > 0, x <= 2", "CONCAVE"),
    ("log(cos(x))", "x > -1.57, x < 1.57", "CONCAVE"),
    ("tan(x)", "x >= 0, x <= 1.5", "CONVEX"),
    ("acos(x)", "x >= -1, x <= 0", "CONVEX"),
    ("exp(x**2)*erfc(x)", "", "CONVEX"),  # exp(x**2) times a Gaussian integral: a mixture of exponentials
    ("x*normcdf(x)", "x >= -1.41, x <= 1.41", "CONVEX"),  # sqrt(2) = 1.414...
    ("x*normcdf(x)", "", "NEITHER"),
    ("log(normcdf(x))", "", "CONCAVE"),
    ("gamma(x)", "x > 0", "CONVEX"),
    ("digamma(x)", "x > 0", "CONCAVE"),
    ("lambertw(exp(x))", "", "CONVEX"),
    ("x/(exp(x) - 1)", "x > 0", "CONVEX"),  # Bernoulli
    ("(x - 1)/log(x)", "x > 1", "CONCAVE"),  # logarithmic mean
    ("x**x", "x > 0", "CONVEX"),
    ("sigmoid(x)**2", "x <= 0.693", "CONVEX"),  # log 2 = 0.6931...
    ("sigmoid(x)**2", "x <= 0.694", "NEITHER"),
    ("0.4463*x**2 - exp(-x**2)", "", "CONVEX"),  # 2 exp(-3/2) = 0.44626...
    ("0.4462*x**2 - exp(-x**2)", "", "NEITHER"),
    ("x**2 - 1e-7*exp(-1e6*(x - 0.3)**2)", "x >= -1, x <= 1", "CONVEX"),
]
