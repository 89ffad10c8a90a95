using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Neighbourhood component analysis with a proxy for each class: ℓ = −ln of the softmax of −d²/τ at the own class, where d² = 2 − 2 s is
/// the squared distance of embedding and proxy at length 1.
/// </summary>
/// <remarks>
/// ProxyNCA++ (the default) is a softmax over all proxies. The first ProxyNCA, <c>includesOwn: false</c> at τ = 1, leaves the own class out
/// of the denominator: its loss has no lower bound. Proxies need a learning rate of their own, 100 times that of the network or more: see
/// <c>ClassWeights</c>. A matrix of more than 16 million distances is never in memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N], weights [C, D] → scalar",
    Source = "Teh, DeVries, Taylor, ProxyNCA++, 2020, equation 6; "
        + "Movshovitz-Attias et al., No fuss distance metric learning using proxies, 2017, equation 4",
    Alternatives = "ProxyAnchorLoss also compares the embeddings of a batch by their proxies; "
        + "NormalizedSoftmaxLoss is the same at half the temperature.")]
public sealed record ProxyNcaLoss : ClassWeightLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="temperature">τ, the divisor of the squared distances; must be positive. Default: 1/9.</param>
    /// <param name="includesOwn">Whether the denominator includes the own class, as in ProxyNCA++. Default: true.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public ProxyNcaLoss(double temperature = 1.0 / 9, bool includesOwn = true, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Temperature, IncludesOwn) = (temperature, includesOwn);

    /// <summary><inheritdoc cref="ProxyNcaLoss(double, bool, Reduction)" path="/param[@name='temperature']/node()"/></summary>
    public double Temperature { get; init => field = Require.Positive(value, nameof(ProxyNcaLoss)); }

    /// <summary><inheritdoc cref="ProxyNcaLoss(double, bool, Reduction)" path="/param[@name='includesOwn']/node()"/></summary>
    public bool IncludesOwn { get; init; }

    /// <inheritdoc/>
    public override string ToLatex()
    {
        NegativeDistance formula = new(Temperature, IncludesOwn);
        Latex own = formula.Own(new Latex("s_y"));
        return IncludesOwn ? LatexOf(formula)
            : $@"-\ln\left(\frac{{e^{{{own}}}}}{{\sum_{{j \ne y}} e^{{{formula.Other(new Latex("s_j"))}}}}}\right)";
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [CurveOf(new NegativeDistance(Temperature, IncludesOwn))];

    private protected override Tensor EachRow(Tensor rows, Tensor labels, Tensor weights) => weights.Shape[0] > 1 || IncludesOwn
        ? Evaluate(new NegativeDistance(Temperature, IncludesOwn), rows, labels, weights)
        : throw new LossException(
            $"ProxyNcaLoss: weights {weights.Shape} are of one class, without which the denominator is empty. Use two classes or more, or "
            + "set IncludesOwn.");

    /// <summary>The logit −d²/τ of all classes.</summary>
    readonly struct NegativeDistance(double temperature, Flag includesOwn) : IClassFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T> => Other(s);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => ((2 * s) - 2) / temperature;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => includesOwn ? T.Softplus(others - own) : others - own;
    }
}
