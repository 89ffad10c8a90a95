namespace Criterion.Nn;

/// <summary>
/// Gated recurrent unit (Cho et al., 2014), with gates in PyTorch's order r, z, n. PyTorch equivalent: <c>torch.nn.GRU</c>.
/// </summary>
/// <remarks>
/// <para>
/// h′ = (1 − σ(z)) · tanh n + σ(z) · h with n = W_in · x + b_in + σ(r) · (W_hn · h + b_hn). Input [L, N, inputSize], output [L, N,
/// directions · hiddenSize]; the first two dimensions are exchanged with batchFirst. The state [layers · directions, N, hiddenSize] starts
/// at 0.
/// </para>
/// <para>All weights and biases start uniform within ±1/√hiddenSize.</para>
/// </remarks>
/// <example><code>
/// GRU gru = new(inputSize: 8, hiddenSize: 32, batchFirst: true);
/// (Tensor output, Tensor h) = gru.Forward(x, state: null);
/// </code></example>
public sealed class GRU : Recurrent
{
    /// <summary>Initializes the layer with random weights.</summary>
    /// <param name="inputSize">The size of the input at each step.</param>
    /// <param name="hiddenSize">The size of the hidden state.</param>
    /// <param name="layers">The number of layers; each reads the output of the one before. Default: 1.</param>
    /// <param name="bias">Whether to add biases. Default: true.</param>
    /// <param name="batchFirst">Whether the input is [N, L, inputSize] and not [L, N, inputSize]. Default: false.</param>
    /// <param name="dropout">The probability of dropout between layers, in [0, 1]. Default: 0.</param>
    /// <param name="bidirectional">Whether each layer also reads the sequence backwards. Default: false.</param>
    /// <param name="random">The random stream of weights and dropout. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the dropout is not in [0, 1].</exception>
    public GRU(
        int inputSize,
        int hiddenSize,
        int layers = 1,
        bool bias = true,
        bool batchFirst = false,
        double dropout = 0,
        bool bidirectional = false,
        RandomStream? random = null,
        DType dtype = DType.Float32)
        : base(3, new(inputSize, hiddenSize, layers, bias, batchFirst, dropout, bidirectional), random, dtype)
    {
    }

    /// <summary>Computes output and final state from an initial one.</summary>
    /// <param name="input">The sequences.</param>
    /// <param name="state">The initial hidden state, or null for zeros.</param>
    /// <returns>The output of the last layer at each step, and the final hidden state of each layer and direction.</returns>
    /// <exception cref="DTypeException">An input has another type than the weights.</exception>
    /// <exception cref="ShapeException">An input has another shape.</exception>
    public (Tensor Output, Tensor Hidden) Forward(Tensor input, Tensor? state)
    {
        ArgumentNullException.ThrowIfNull(input);
        input = BeforeCompute(input);
        (Tensor output, Tensor[] states) = Run(input, state is null ? null : [state], states: 1);
        return (AfterCompute(input, output), states[0]);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => Run(input, initial: null, states: 1).Output;

    private protected override (string Type, (string, object)[] Attributes) OnnxOperator => ("GRU", [("linear_before_reset", 1)]);

    // z, r, n
    private protected override int[] OnnxGates => [1, 0, 2];

    private protected override void Step(Tensor fromInput, Tensor fromHidden, Tensor[] state)
    {
        Tensor reset = (Gate(fromInput, 0) + Gate(fromHidden, 0)).Sigmoid();
        Tensor update = (Gate(fromInput, 1) + Gate(fromHidden, 1)).Sigmoid();
        Tensor candidate = (Gate(fromInput, 2) + (reset * Gate(fromHidden, 2))).Tanh();
        state[0] = candidate + (update * (state[0] - candidate));
    }
}
