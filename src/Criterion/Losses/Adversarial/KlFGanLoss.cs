using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The Kullback–Leibler divergence of real from generated images, f(u) = u ln u: g_f(v) = v, f*(t) = exp(t − 1).</summary>
/// <remarks>
/// Covers all modes, at the price of images between them. The fake term grows like eᵛ: above v = 700 (88 in Float32) it is infinite.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Name = "f-gan-kl",
    Shapes = "real, fake outputs of any shape → scalar",
    Source = "Nowozin, Cseke, Tomioka, f-GAN: training generative neural samplers using variational divergence minimization, 2016, tables "
        + "2 and 6",
    Alternatives = "ReverseKlFGanLoss prefers few modes of good images; JensenShannonFGanLoss does not grow exponentially.")]
public sealed record KlFGanLoss : FGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="nonSaturatingGenerator">
    /// Whether the generator maximizes E[g_f(f)] instead of minimizing −E[f*(g_f(f))]. Default: false.
    /// </param>
    public KlFGanLoss(bool nonSaturatingGenerator = false)
        : base(nonSaturatingGenerator)
    {
    }

    /// <inheritdoc/>
    protected internal override FDivergence Divergence => FDivergence.From<KlDivergence>();

    /// <summary>g_f(v) = v and f*(g_f(v)) = exp(v − 1).</summary>
    internal readonly struct KlDivergence : IDivergence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Activation<T>(T v)
            where T : struct, IReal<T> => v;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Conjugate<T>(T v)
            where T : struct, IReal<T> => T.Exp(v - 1);
    }
}
