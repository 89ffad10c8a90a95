namespace Criterion.Nn;

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber, 1997), with gates in PyTorch's order i, f, g, o. PyTorch equivalent:
/// <c>torch.nn.LSTM</c> without <c>proj_size</c>.
/// </summary>
/// <remarks>
/// <para>
/// c′ = σ(f) · c + σ(i) · tanh g and h′ = σ(o) · tanh c′, where the gates are W_ih · x + b_ih + W_hh · h + b_hh. Input [L, N, inputSize],
/// output [L, N, directions · hiddenSize]; the first two dimensions are exchanged with batchFirst. States [layers · directions, N,
/// hiddenSize], which start at 0.
/// </para>
/// <para>All weights and biases start uniform within ±1/√hiddenSize.</para>
/// </remarks>
/// <example><code>
/// LSTM lstm = new(inputSize: 8, hiddenSize: 32, batchFirst: true);
/// (Tensor output, Tensor h, Tensor c) = lstm.Forward(x, state: null);
/// (output, h, c) = lstm.Forward(next, (h, c));
/// </code></example>
public sealed class LSTM : Recurrent
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
    public LSTM(
        int inputSize,
        int hiddenSize,
        int layers = 1,
        bool bias = true,
        bool batchFirst = false,
        double dropout = 0,
        bool bidirectional = false,
        RandomStream? random = null,
        DType dtype = DType.Float32)
        : base(4, new(inputSize, hiddenSize, layers, bias, batchFirst, dropout, bidirectional), random, dtype)
    {
    }

    /// <summary>Computes output and final states from initial ones.</summary>
    /// <param name="input">The sequences.</param>
    /// <param name="state">The initial hidden and cell state, or null for zeros.</param>
    /// <returns>The output of the last layer at each step, and the final hidden and cell state of each layer and direction.</returns>
    /// <exception cref="DTypeException">An input has another type than the weights.</exception>
    /// <exception cref="ShapeException">An input has another shape.</exception>
    public (Tensor Output, Tensor Hidden, Tensor Cell) Forward(Tensor input, (Tensor Hidden, Tensor Cell)? state)
    {
        ArgumentNullException.ThrowIfNull(input);
        input = BeforeCompute(input);
        (Tensor output, Tensor[] states) = Run(input, state is { } initial ? [initial.Hidden, initial.Cell] : null, states: 2);
        return (AfterCompute(input, output), states[0], states[1]);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => Run(input, initial: null, states: 2).Output;

    private protected override (string Type, (string, object)[] Attributes) OnnxOperator => ("LSTM", []);

    // i, o, f, g
    private protected override int[] OnnxGates => [0, 3, 1, 2];

    private protected override void Step(Tensor fromInput, Tensor fromHidden, Tensor[] state)
    {
        Tensor gates = fromInput + fromHidden;
        Tensor cell = (Gate(gates, 1).Sigmoid() * state[1]) + (Gate(gates, 0).Sigmoid() * Gate(gates, 2).Tanh());
        (state[0], state[1]) = (Gate(gates, 3).Sigmoid() * cell.Tanh(), cell);
    }
}
