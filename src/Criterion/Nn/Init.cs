namespace Criterion.Nn;

/// <summary>Which fan keeps its variance in Kaiming initialisation.</summary>
public enum FanMode
{
    /// <summary>Inputs per output: values keep their size going forward.</summary>
    FanIn,

    /// <summary>Outputs per input: gradients keep their size going backward.</summary>
    FanOut,
}

/// <summary>What follows the weights, for the gain that makes up for it.</summary>
public enum Nonlinearity
{
    /// <summary>Nothing; gain 1.</summary>
    Linear,

    /// <summary>A sigmoid; gain 1.</summary>
    Sigmoid,

    /// <summary>tanh; gain 5/3.</summary>
    Tanh,

    /// <summary>ReLU; gain √2.</summary>
    ReLU,

    /// <summary>Leaky ReLU of slope a; gain √(2 / (1 + a²)).</summary>
    LeakyReLU,

    /// <summary>SELU; gain 3/4.</summary>
    SELU,
}

/// <summary>Initial values for weights, written in place and unrecorded. PyTorch equivalent: <c>torch.nn.init</c>.</summary>
/// <remarks>Every method takes the stream to draw from (<see cref="RandomStream.Default"/> if not given) and returns the same tensor.</remarks>
public static class Init
{
    /// <summary>One value everywhere.</summary>
    public static Tensor Constant(Tensor tensor, double value)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using (Autograd.NoGrad())
        {
            tensor.Fill(value);
        }

        return tensor;
    }

    /// <summary>Normal numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative or not finite.</exception>
    public static Tensor Normal(Tensor tensor, double mean = 0, double deviation = 1, RandomStream? random = null)
    {
        Require.Finite(mean, "Init.Normal");
        Require.NonNegative(deviation, "Init.Normal");
        return Replace(tensor, like => Tensor.Randn(like.Shape, like.DType, random, mean, deviation));
    }

    /// <summary>Uniform numbers from [low, high).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="low"/> is above <paramref name="high"/>, or one is not finite.</exception>
    public static Tensor Uniform(Tensor tensor, double low = 0, double high = 1, RandomStream? random = null) =>
        low <= high && double.IsFinite(high - low)
            ? Replace(tensor, like => Tensor.Rand(like.Shape, like.DType, random, low, high))
            : throw new ArgumentOutOfRangeException(
                nameof(low), $"Init.Uniform: [{low}, {high}) is not a finite range. Choose a low that is at most high.");

    /// <summary>Uniform within ±gain · √(6 / (fan-in + fan-out)) (Glorot and Bengio, 2010).</summary>
    /// <exception cref="ShapeException">The tensor has fewer than two dims.</exception>
    public static Tensor XavierUniform(Tensor tensor, double gain = 1, RandomStream? random = null)
    {
        double bound = gain * Math.Sqrt(6.0 / BothFans(tensor));
        return Uniform(tensor, -bound, bound, random);
    }

    /// <summary>Normal with the deviation gain · √(2 / (fan-in + fan-out)) (Glorot and Bengio, 2010).</summary>
    /// <exception cref="ShapeException">The tensor has fewer than two dims.</exception>
    public static Tensor XavierNormal(Tensor tensor, double gain = 1, RandomStream? random = null) =>
        Normal(tensor, 0, gain * Math.Sqrt(2.0 / BothFans(tensor)), random);

    /// <summary>Uniform within ±gain · √(3 / fan) (He et al., 2015).</summary>
    /// <param name="tensor">The weights.</param>
    /// <param name="slope">The slope a of the leaky ReLU that follows; 0. Other nonlinearities ignore it.</param>
    /// <param name="mode">Which fan; <see cref="FanMode.FanIn"/>.</param>
    /// <param name="nonlinearity">What follows; <see cref="Nonlinearity.LeakyReLU"/>.</param>
    /// <param name="random">The stream to draw from.</param>
    /// <exception cref="ShapeException">The tensor has fewer than two dims.</exception>
    public static Tensor KaimingUniform(
        Tensor tensor,
        double slope = 0,
        FanMode mode = FanMode.FanIn,
        Nonlinearity nonlinearity = Nonlinearity.LeakyReLU,
        RandomStream? random = null)
    {
        double bound = Math.Sqrt(3) * KaimingDeviation(tensor, slope, mode, nonlinearity);
        return Uniform(tensor, -bound, bound, random);
    }

    /// <summary>Normal with the deviation gain / √fan (He et al., 2015).</summary>
    /// <inheritdoc cref="KaimingUniform" path="/param"/>
    /// <inheritdoc cref="KaimingUniform" path="/exception"/>
    public static Tensor KaimingNormal(
        Tensor tensor,
        double slope = 0,
        FanMode mode = FanMode.FanIn,
        Nonlinearity nonlinearity = Nonlinearity.LeakyReLU,
        RandomStream? random = null) => Normal(tensor, 0, KaimingDeviation(tensor, slope, mode, nonlinearity), random);

    /// <summary>A random matrix with orthonormal rows or columns, whichever are fewer (Saxe et al., 2014); dims after the first count as columns.</summary>
    /// <exception cref="ShapeException">The tensor has fewer than two dims.</exception>
    public static Tensor Orthogonal(Tensor tensor, double gain = 1, RandomStream? random = null)
    {
        _ = Fans(NotNull(tensor).Shape);
        return Replace(tensor, like =>
        {
            int rows = like.Shape[0];
            int columns = like.Count / Math.Max(1, rows);
            (int vectors, int length) = (Math.Min(rows, columns), Math.Max(rows, columns));
            double[] basis = Tensor.Randn([vectors, length], DType.Float64, random).ToArray<double>();
            Orthonormalise(basis, vectors, length);
            Tensor matrix = Tensor.From(basis, [vectors, length]) * gain;
            return (rows <= columns ? matrix : matrix.Transpose()).Reshape(like.Shape);
        });
    }

    /// <summary>The gain that makes up for a nonlinearity, from the table of <c>torch.nn.init.calculate_gain</c>.</summary>
    /// <param name="nonlinearity">What follows the weights.</param>
    /// <param name="slope">The slope of a leaky ReLU. Default: 0.01.</param>
    public static double Gain(Nonlinearity nonlinearity, double slope = 0.01) => nonlinearity switch
    {
        Nonlinearity.Tanh => 5.0 / 3,
        Nonlinearity.ReLU => Math.Sqrt(2),
        Nonlinearity.LeakyReLU => Math.Sqrt(2 / (1 + (slope * slope))),
        Nonlinearity.SELU => 0.75,
        _ => 1,
    };

    /// <summary>How many inputs each output has, and outputs each input: [out, in, kernel…] → (in · kernel, out · kernel).</summary>
    /// <exception cref="ShapeException">The shape has fewer than two dims.</exception>
    public static (int In, int Out) Fans(Shape shape)
    {
        if (shape.Rank < 2)
        {
            throw new ShapeException($"Init: {shape} has no fans: weights must have at least two dims, [out, in, ..]. Use Normal, Uniform or Constant.");
        }

        int field = shape.CountOf(2, shape.Rank);
        return (shape[1] * field, shape[0] * field);
    }

    static int BothFans(Tensor tensor)
    {
        (int fanIn, int fanOut) = Fans(NotNull(tensor).Shape);
        return fanIn + fanOut;
    }

    static double KaimingDeviation(Tensor tensor, double slope, FanMode mode, Nonlinearity nonlinearity)
    {
        (int fanIn, int fanOut) = Fans(NotNull(tensor).Shape);
        return Gain(nonlinearity, slope) / Math.Sqrt(Math.Max(1, mode == FanMode.FanIn ? fanIn : fanOut));
    }

    static Tensor Replace(Tensor tensor, Func<Tensor, Tensor> values)
    {
        using (Autograd.NoGrad())
        {
            NotNull(tensor).CopyFrom(values(tensor));
        }

        return tensor;
    }

    // Gram and Schmidt, twice over for each vector: once loses digits, twice is enough (Giraud et al., 2005).
    static void Orthonormalise(double[] basis, int vectors, int length)
    {
        for (int i = 0; i < vectors; i++)
        {
            Span<double> vector = basis.AsSpan(i * length, length);
            for (int j = 0; j < 2 * i; j++)
            {
                ReadOnlySpan<double> other = basis.AsSpan(j % i * length, length);
                double along = System.Numerics.Tensors.TensorPrimitives.Dot<double>(vector, other);
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(other, -along, vector, vector);
            }

            double norm = System.Numerics.Tensors.TensorPrimitives.Norm<double>(vector);
            System.Numerics.Tensors.TensorPrimitives.Divide(vector, norm, vector);
        }
    }

    static Tensor NotNull(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor;
    }
}
