using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The distance of each pair of rows: d = (Σⱼ |x₁ⱼ − x₂ⱼ + ε|ᵖ)^(1/p), and max |x₁ⱼ − x₂ⱼ + ε| for p = ∞.</summary>
/// <remarks>
/// As in PyTorch, ε is added to every difference: the root of equal rows stays differentiable, but a row has the distance ε D^(1/p) from
/// itself, and d(x₁, x₂) ≠ d(x₂, x₁) by a similar amount. With ε = 0 the distance is exact and the gradient of equal rows is 0. Shapes must
/// be the same; expand one row to compare it with many.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "x1, x2 [..., D] → [...]",
    PyTorch = "torch.nn.PairwiseDistance",
    Alternatives = "CosineSimilarityLoss compares directions, whatever the lengths; "
        + "MSELoss has no root, so its gradient grows with the distance.")]
public sealed record PairwiseDistance : ICriterion
{
    /// <summary>Initializes the distance.</summary>
    /// <param name="p">The degree of the norm; must be at least 1, and may be infinite. Default: 2.</param>
    /// <param name="epsilon">ε, added to each difference; must be 0 or more. Default: 1e-6.</param>
    /// <param name="keepDim">Whether the result keeps a last dimension of size 1. Default: false.</param>
    public PairwiseDistance(double p = 2, double epsilon = 1e-6, bool keepDim = false) => (P, Epsilon, KeepDim) = (p, epsilon, keepDim);

    /// <summary><inheritdoc cref="PairwiseDistance(double, double, bool)" path="/param[@name='keepDim']/node()"/></summary>
    public bool KeepDim { get; init; }

    /// <summary><inheritdoc cref="PairwiseDistance(double, double, bool)" path="/param[@name='p']/node()"/></summary>
    public double P { get; init => field = Require.NormDegree(value, nameof(PairwiseDistance)); }

    /// <summary><inheritdoc cref="PairwiseDistance(double, double, bool)" path="/param[@name='epsilon']/node()"/></summary>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(PairwiseDistance)); }

    /// <summary>Computes the distances of rows.</summary>
    /// <param name="x1">The first rows, [D], [N, D] or any other shape with vectors along the last dimension.</param>
    /// <param name="x2">The second rows, of the same shape.</param>
    /// <returns>The shape without the last dimension, or with 1 in its place if <see cref="KeepDim"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public Tensor Forward(Tensor x1, Tensor x2)
    {
        Loss.CheckSameShape(nameof(PairwiseDistance), x1, x2, nameof(x1), nameof(x2));
        Tensor distances = double.IsInfinity(P)
            ? (x1 - x2 + Epsilon).Norm(-1, p: P)
            : TensorFormula.Rows(new Distance(P, Epsilon), [x1, x2]);
        return KeepDim ? distances.Unsqueeze(-1) : distances;
    }

    /// <inheritdoc/>
    public string ToLatex()
    {
        if (double.IsInfinity(P))
        {
            return @"\max_j \left|x_j - y_j + \varepsilon\right|";
        }

        return TensorFormula.ToLatex(new Distance(P, Epsilon), ["x", "y"], "");
    }

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() =>
        [new("x₂ = 0", "x₁", -3, 3, x => (this with { KeepDim = false }).Forward(x.Unsqueeze(-1), Tensor.ZerosLike(x).Unsqueeze(-1)))];

    /// <summary>(Σ |a − b + ε|ᵖ)^(1/p).</summary>
    internal readonly struct Distance(double p, double epsilon) : IRowFormula
    {
        readonly PNorm _norm = new(p, epsilon);

        public static int Arity => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(_norm.PoweredDifference(a, b));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T> => _norm.Root(sums.First);
    }
}
