using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The Jensen–Shannon divergence, f(u) = −(u + 1) ln((1 + u) / 2) + u ln u: g_f(v) = ln 2 − softplus(−v), f*(t) = −ln(2 − exp(t)).
/// </summary>
/// <remarks>The loss of the first GAN plus a constant: L_D is that of <see cref="MinimaxGanLoss"/> minus ln 4.</remarks>
[Catalogue(
    LossFamily.Adversarial,
    Name = "f-gan-jensen-shannon",
    Shapes = "real, fake outputs of any shape → scalar",
    Source = "Nowozin, Cseke, Tomioka, f-GAN: training generative neural samplers using variational divergence minimization, 2016, tables "
        + "2 and 6",
    Alternatives = "NonSaturatingGanLoss is the usual choice; KlFGanLoss and ReverseKlFGanLoss weigh missed and invented modes "
        + "differently.")]
public sealed record JensenShannonFGanLoss : FGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="nonSaturatingGenerator">
    /// Whether the generator maximizes E[g_f(f)] instead of minimizing −E[f*(g_f(f))]. Default: false.
    /// </param>
    public JensenShannonFGanLoss(bool nonSaturatingGenerator = false)
        : base(nonSaturatingGenerator)
    {
    }

    /// <inheritdoc/>
    protected internal override FDivergence Divergence => FDivergence.From<JensenShannonDivergence>();

    /// <summary>g_f(v) = ln 2 − softplus(−v) and f*(g_f(v)) = softplus(v) − ln 2.</summary>
    internal readonly struct JensenShannonDivergence : IDivergence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Activation<T>(T v)
            where T : struct, IReal<T> => Math.Log(2) - T.Softplus(-v);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Conjugate<T>(T v)
            where T : struct, IReal<T> => T.Softplus(v) - Math.Log(2);
    }
}
