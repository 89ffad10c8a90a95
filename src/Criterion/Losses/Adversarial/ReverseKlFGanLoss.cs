using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>The reverse Kullback–Leibler divergence, f(u) = −ln u: g_f(v) = −exp(−v), f*(t) = −1 − ln(−t).</summary>
/// <remarks>Prefers few modes of good images. The real term grows like e⁻ᵛ: below v = −700 (−88 in Float32) it is infinite.</remarks>
[Catalogue(
    LossFamily.Adversarial,
    Name = "f-gan-reverse-kl",
    Shapes = "real, fake outputs of any shape → scalar",
    Source = "Nowozin, Cseke, Tomioka, f-GAN: training generative neural samplers using variational divergence minimization, 2016, tables "
        + "2 and 6",
    Alternatives = "KlFGanLoss covers all modes; JensenShannonFGanLoss does not grow exponentially.")]
public sealed record ReverseKlFGanLoss : FGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="nonSaturatingGenerator">
    /// Whether the generator maximizes E[g_f(f)] instead of minimizing −E[f*(g_f(f))]. Default: false.
    /// </param>
    public ReverseKlFGanLoss(bool nonSaturatingGenerator = false)
        : base(nonSaturatingGenerator)
    {
    }

    /// <inheritdoc/>
    protected internal override FDivergence Divergence => FDivergence.From<ReverseKlDivergence>();

    /// <summary>g_f(v) = −exp(−v) and f*(g_f(v)) = v − 1.</summary>
    internal readonly struct ReverseKlDivergence : IDivergence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Activation<T>(T v)
            where T : struct, IReal<T> => -T.Exp(-v);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Conjugate<T>(T v)
            where T : struct, IReal<T> => v - 1;
    }
}
