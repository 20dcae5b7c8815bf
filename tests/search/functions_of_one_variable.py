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
    ("tan(x)", "x > -1.5, x < 0", "CONCAVE"),
    ("1/tanh(x) - 1/x", "x > 0", "CONCAVE"),  # the Langevin function itself
]
LONG = [
    ("exp(-x**2/2)/(1 + erf(x/sqrt(2)))", "", "CONVEX"),  # the inverse Mills ratio: M. R. Sampford, 1953
    ("(1 + 1/x)**x", "x > 0", "CONCAVE"),
    ("sin(sqrt(x))", "x >= 0, x <= 4", "CONCAVE"),
    ("log(cosh(x)) - x**2/2", "", "CONCAVE"),
    ("1/cos(x)", "x > -1.57, x < 1.57", "CONVEX"),
    ("x*atan(x)", "", "CONVEX"),
    ("x*asinh(x)", "x >= -1.4, x <= 1.4", "CONVEX"),
    ("asin(x)**2", "x > -1, x < 1", "CONVEX"),
    ("-log(erf(x))", "x > 0", "CONVEX"),
    ("normcdf(x)*(1 - normcdf(x))", "x >= -0.5, x <= 0.5", "CONCAVE"),
    ("trigamma(x)", "x > 0", "CONVEX"),
    ("gamma(x)*exp(-x)", "x > 0", "CONVEX"),
    ("x*lambertw(x)", "x >= 0", "CONVEX"),
    ("lambertw(x)**2", "x >= 0", "NEITHER"),
    ("x**2/(exp(x) - 1)", "x > 0", "NEITHER"),
    ("x**2*exp(x)/(exp(x) - 1)**2", "x >= 0.01, x <= 1", "CONCAVE"),
    ("log((exp(x) - 1)/x)", "x > 0", "CONVEX"),
    ("log(1 + x)/x", "x > 0", "CONVEX"),
    ("x/log(1 + x)", "x > 0", "CONCAVE"),
    ("(x*log(x) - x + 1)/(x - 1)", "x > 1", "CONCAVE"),
    ("x**(1/x)", "x >= 5", "CONVEX"),
    ("x*sigmoid(x)", "x >= -2.39, x <= 2.39", "CONVEX"),
    ("x*sigmoid(x)", "x >= -2.41, x <= 2.41", "NEITHER"),
    ("log(softplus(x))", "", "CONCAVE"),
    ("softplus(x)**2", "", "CONVEX"),
    ("exp(x) - x**3/6", "x >= 0", "CONVEX"),
    ("exp(x) - x**3/2", "", "NEITHER"),
    ("exp(sqrt(x))", "x >= 1", "CONVEX"),
    ("exp(sqrt(x))", "x > 0", "NEITHER"),
    ("log(tanh(x))", "x > 0", "CONCAVE"),
    ("x**2*log(x)", "x >= 0.2232", "CONVEX"),  # exp(-3/2) = 0.22313...
    ("x**2*log(x)", "x >= 0.222", "NEITHER"),
    ("exp(-x)*sin(x)", "x >= 1.58, x <= 4.7", "CONVEX"),
    ("exp(-1/x)", "x > 0, x <= 0.5", "CONVEX"),
    ("x*exp(1/x)", "x > 0", "CONVEX"),
]
