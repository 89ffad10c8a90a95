using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Nn;

/// <summary>
/// Dropout: in training each value is 0 with probability p and x / (1 − p) otherwise; in evaluation x is unchanged. PyTorch equivalent:
/// <c>torch.nn.Dropout</c>.
/// </summary>
public sealed class Dropout : Module
{
    readonly RandomStream _random;

    /// <summary>Initializes the layer.</summary>
    /// <param name="probability">p, the probability of zeroing a value, in [0, 1]. Default: 0.5.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">p is not in [0, 1].</exception>
    public Dropout(double probability = 0.5, RandomStream? random = null)
    {
        (Probability, _random) = (Require.InUnitInterval(probability, "Dropout"), Stream(random));
    }

    /// <summary>Gets p, the probability of zeroing a value.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!IsTraining || Probability == 0)
        {
            return input;
        }

        Tensor x = input.Floating();
        return TensorFormula.Map(new ZeroedAndScaled(Probability), x, Tensor.RandLike(x, _random));
    }

    /// <summary>x times 0 where the noise is below p, else x / (1 − p). NaN stays NaN.</summary>
    readonly struct ZeroedAndScaled(double probability) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T noise)
            where T : struct, IReal<T> =>
            x * T.Select(noise < probability, 0, probability < 1 ? 1 / (1 - probability) : 0);
    }
}
