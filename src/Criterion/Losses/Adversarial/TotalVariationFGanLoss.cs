using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The total variation distance, f(u) = |u − 1| / 2: g_f(v) = tanh(v) / 2, f*(t) = t.</summary>
/// <remarks>Bounded, and flat for outputs far on either side: the gradient vanishes there for both networks.</remarks>
[Catalogue(
    LossFamily.Adversarial,
    Name = "f-gan-total-variation",
    Shapes = "real, fake outputs of any shape → scalar",
    Source = "Nowozin, Cseke, Tomioka, f-GAN: training generative neural samplers using variational divergence minimization, 2016, tables "
        + "2 and 6",
    Alternatives = "WassersteinGanLoss with a bounded slope does not saturate; JensenShannonFGanLoss saturates on one side only.")]
public sealed record TotalVariationFGanLoss : FGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="nonSaturatingGenerator">
    /// Whether the generator maximizes E[g_f(f)] instead of minimizing −E[f*(g_f(f))]. Default: false.
    /// </param>
    public TotalVariationFGanLoss(bool nonSaturatingGenerator = false)
        : base(nonSaturatingGenerator)
    {
    }

    /// <inheritdoc/>
    protected internal override FDivergence Divergence => FDivergence.From<TotalVariationDivergence>();

    /// <summary>g_f(v) = tanh(v) / 2 and f*(g_f(v)) = tanh(v) / 2.</summary>
    internal readonly struct TotalVariationDivergence : IDivergence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Activation<T>(T v)
            where T : struct, IReal<T> => 0.5 * T.Tanh(v);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Conjugate<T>(T v)
            where T : struct, IReal<T> => Activation(v);
    }
}
