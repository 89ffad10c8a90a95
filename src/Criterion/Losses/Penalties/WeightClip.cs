using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Weight clipping: w ← min(max(w, −c), c) after each step of a critic, the first bound on a Wasserstein critic's slope.</summary>
/// <remarks>
/// Not a loss but an update: call <see cref="Apply"/> after the optimizer's step. It is not recorded. Most weights end at ±c, which limits
/// the critic's capacity; a gradient penalty limits it less. NaN stays NaN.
/// </remarks>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "parameters of any shape, changed in place",
    Source = "Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017, algorithm 1",
    Alternatives = "GradientPenalty bounds the slope itself and trains better; SpectralNorm bounds it layer by layer.")]
public sealed record WeightClip : ICriterion
{
    /// <summary>Initializes the clip.</summary>
    /// <param name="limit">c; must be positive. 0.01 in the paper. Default: 0.01.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive.</exception>
    public WeightClip(double limit = 0.01) => Limit = limit;

    /// <summary><inheritdoc cref="WeightClip(double)" path="/param[@name='limit']/node()"/></summary>
    public double Limit { get; init => field = Require.Positive(value, nameof(WeightClip)); }

    /// <summary>Clips parameters in place.</summary>
    /// <param name="parameters">The critic's parameters.</param>
    /// <exception cref="DTypeException">A parameter is not floating-point; those before it are clipped.</exception>
    public void Apply(IEnumerable<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using (Autograd.NoGrad())
        {
            foreach (Tensor parameter in parameters)
            {
                TensorFormula.Update(new Clip(Limit), parameter, parameter);
            }
        }
    }

    /// <inheritdoc/>
    public string ToLatex() => $@"w \leftarrow {new Clip(Limit).Value(new Latex("w"), new Latex("w"))}";

    /// <inheritdoc/>
    public IEnumerable<LossCurve> Curves() =>
        [new("weight after", "weight", -3 * Limit, 3 * Limit, w => TensorFormula.Map(new Clip(Limit), w, w.Detach()))];

    /// <summary>min(max(w, −c), c).</summary>
    readonly struct Clip(double limit) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => T.Min(T.Max(x, T.Const(-limit)), T.Const(limit));
    }
}
