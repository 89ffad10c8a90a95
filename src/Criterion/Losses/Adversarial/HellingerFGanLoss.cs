using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The squared Hellinger distance, f(u) = (√u − 1)²: g_f(v) = 1 − exp(−v), f*(t) = t / (1 − t).</summary>
/// <remarks>Both terms grow exponentially for logits on the wrong side: beyond 700 (88 in Float32) they are infinite.</remarks>
[Catalogue(
    LossFamily.Adversarial,
    Name = "f-gan-hellinger",
    Shapes = "real, fake outputs of any shape → scalar",
    Source = "Nowozin, Cseke, Tomioka, f-GAN: training generative neural samplers using variational divergence minimization, 2016, tables "
        + "2 and 6",
    Alternatives = "JensenShannonFGanLoss does not grow exponentially; TotalVariationFGanLoss is bounded.")]
public sealed record HellingerFGanLoss : FGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="nonSaturatingGenerator">
    /// Whether the generator maximizes E[g_f(f)] instead of minimizing −E[f*(g_f(f))]. Default: false.
    /// </param>
    public HellingerFGanLoss(bool nonSaturatingGenerator = false)
        : base(nonSaturatingGenerator)
    {
    }

    /// <inheritdoc/>
    protected internal override FDivergence Divergence => FDivergence.From<HellingerDivergence>();

    /// <summary>g_f(v) = 1 − exp(−v) and f*(g_f(v)) = exp(v) − 1.</summary>
    internal readonly struct HellingerDivergence : IDivergence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Activation<T>(T v)
            where T : struct, IReal<T> => -T.Expm1(-v);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Conjugate<T>(T v)
            where T : struct, IReal<T> => T.Expm1(v);
    }
}
