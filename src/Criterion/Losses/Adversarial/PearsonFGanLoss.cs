using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The Pearson χ² divergence, f(u) = (u − 1)²: g_f(v) = v, f*(t) = t²/4 + t.</summary>
/// <remarks>A parabola in the fake output with its lowest point at −2.</remarks>
[Catalogue(
    LossFamily.Adversarial,
    Name = "f-gan-pearson",
    Shapes = "real, fake outputs of any shape → scalar",
    Source = "Nowozin, Cseke, Tomioka, f-GAN: training generative neural samplers using variational divergence minimization, 2016, tables "
        + "2 and 6",
    Alternatives = "LeastSquaresGanLoss.Pearson minimises the same divergence over targets.")]
public sealed record PearsonFGanLoss : FGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="nonSaturatingGenerator">
    /// Whether the generator maximizes E[g_f(f)] instead of minimizing −E[f*(g_f(f))]. Default: false.
    /// </param>
    public PearsonFGanLoss(bool nonSaturatingGenerator = false)
        : base(nonSaturatingGenerator)
    {
    }

    /// <inheritdoc/>
    protected internal override FDivergence Divergence => FDivergence.From<PearsonDivergence>();

    /// <summary>g_f(v) = v and f*(g_f(v)) = v²/4 + v.</summary>
    internal readonly struct PearsonDivergence : IDivergence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Activation<T>(T v)
            where T : struct, IReal<T> => v;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Conjugate<T>(T v)
            where T : struct, IReal<T> =>
            T.IsText ? (0.25 * (v * v)) + v : v * ((0.25 * v) + 1);
    }
}
