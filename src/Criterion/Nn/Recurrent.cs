namespace Criterion.Nn;

/// <summary>
/// The base of LSTM and GRU: weights by PyTorch's names (<c>weight_ih_l0</c>, <c>weight_hh_l0</c>, <c>bias_ih_l0</c>, <c>bias_hh_l0</c>,
/// with <c>_reverse</c> for the backward direction), layers and directions.
/// </summary>
public abstract class Recurrent : Layer
{
    readonly Cell[] _cells;
    readonly Dropout? _dropout;
    readonly RecurrentOptions _options;

    private protected Recurrent(int gates, RecurrentOptions options, RandomStream? random, DType dtype)
    {
        string layer = GetType().Name;
        Require.AtLeast(1, options.InputSize, layer, "inputSize");
        Require.AtLeast(1, options.HiddenSize, layer, "hiddenSize");
        Require.AtLeast(1, options.Layers, layer, "layers");
        Require.InUnitInterval(options.Dropout, layer, "dropout");
        _options = options;
        _cells = new Cell[options.Layers * Directions];
        for (int i = 0; i < _cells.Length; i++)
        {
            _cells[i] = NewCell(gates, i, random, dtype);
        }

        // Not a child: PyTorch's state and tree have none.
        _dropout = options.Dropout > 0 ? new Dropout(options.Dropout, Stream(random)) : null;
    }

    /// <summary>Gets the size of the input at each step.</summary>
    public int InputSize => _options.InputSize;

    /// <summary>Gets the size of the hidden state of one direction.</summary>
    public int HiddenSize => _options.HiddenSize;

    /// <summary>Gets the number of layers.</summary>
    public int Layers => _options.Layers;

    /// <summary>Gets the number of directions: 2 if the sequence is also read backwards.</summary>
    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>Gets whether there are biases.</summary>
    public bool Bias => _options.Bias;

    /// <summary>Gets whether the input is [N, L, inputSize] and not [L, N, inputSize].</summary>
    public bool BatchFirst => _options.BatchFirst;

    /// <summary>Gets the probability of dropout between layers.</summary>
    public double Dropout => _options.Dropout;

    /// <summary>Gets whether each layer also reads the sequence backwards.</summary>
    public bool Bidirectional => _options.Bidirectional;

    /// <inheritdoc/>
    protected sealed override string Description => OptionText.Of(
        [InputSize, HiddenSize],
        ("layers", Layers, 1),
        ("bias", Bias, true),
        ("batchFirst", BatchFirst, false),
        ("dropout", Dropout, 0.0),
        ("bidirectional", Bidirectional, false));

    /// <inheritdoc/>
    protected internal sealed override void SetTraining(bool training)
    {
        base.SetTraining(training);
        _dropout?.SetTraining(training);
    }

    /// <summary>Gets the operator of a layer in ONNX, and its attributes besides size and direction.</summary>
    private protected abstract (string Type, (string, object)[] Attributes) OnnxOperator { get; }

    /// <summary>Gets the positions of the gates in ONNX's order.</summary>
    private protected abstract int[] OnnxGates { get; }

    /// <inheritdoc/>
    protected internal sealed override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue first = BatchFirst ? graph.Permute(input, 1, 0, 2) : input;
        OnnxValue last = Enumerable.Range(0, Layers).Aggregate(first, (x, layer) => LayerToOnnx(graph, x, layer));
        return BatchFirst ? graph.Permute(last, 1, 0, 2) : last;
    }

    OnnxValue LayerToOnnx(OnnxGraph graph, OnnxValue x, int layer)
    {
        Cell[] cells = _cells[(layer * Directions)..((layer + 1) * Directions)];
        OnnxValue y = graph.Node(
            OnnxOperator.Type,
            [
                x,
                graph.Weight(Stack(static cell => cell.InputWeight), $"weight_ih_l{layer}"),
                graph.Weight(Stack(static cell => cell.HiddenWeight), $"weight_hh_l{layer}"),
                Bias ? graph.Weight(Tensor.Cat([Stack(static cell => cell.InputBias!), Stack(static cell => cell.HiddenBias!)], 1),
                    $"bias_l{layer}") : null,
            ],
            [("hidden_size", HiddenSize), ("direction", Bidirectional ? "bidirectional" : "forward"), .. OnnxOperator.Attributes]);

        // [L, directions, N, H] → [L, N, directions · H]
        return graph.Reshape(graph.Permute(y, 0, 2, 1, 3), 0, 0, Directions * HiddenSize);

        Tensor Stack(Func<Cell, Tensor> weight) => Tensor.Stack([.. cells.Select(cell => InOnnxOrder(weight(cell)))]);
    }

    Tensor InOnnxOrder(Tensor weight) => Tensor.Cat([.. OnnxGates.Select(gate => weight.Narrow(0, gate * HiddenSize, HiddenSize))]);

    /// <summary>Runs all layers over sequences.</summary>
    /// <param name="input">[L, N, InputSize], or [N, L, InputSize] with batchFirst.</param>
    /// <param name="initial">The initial states, each [Layers · Directions, N, HiddenSize], or null for zeros.</param>
    /// <param name="states">The number of states of a cell: 2 for LSTM.</param>
    /// <returns>The output of the last layer, and the final states, shaped as the initial ones.</returns>
    private protected (Tensor Output, Tensor[] States) Run(Tensor input, Tensor[]? initial, int states)
    {
        CheckInput(input);
        Tensor first = BatchFirst ? input.Transpose(0, 1) : input;
        CheckStates(initial, first.Shape[1]);
        Tensor[] steps = [.. Enumerable.Range(0, first.Shape[0]).Select(i => first[i])];
        List<Tensor>[] final = [.. Enumerable.Range(0, states).Select(static _ => new List<Tensor>())];
        for (int layer = 0; layer < Layers; layer++)
        {
            bool drops = layer > 0 && _dropout is not null;
            steps = RunLayer(layer, drops ? Array.ConvertAll(steps, _dropout!.Forward) : steps, initial, final);
        }

        return (Tensor.Stack(steps, BatchFirst ? 1 : 0), [.. final.Select(static all => Tensor.Stack(all.ToArray()))]);
    }

    /// <summary>Computes one step.</summary>
    /// <param name="fromInput">The input's part of the gates, [N, gates · HiddenSize], with its bias.</param>
    /// <param name="fromHidden">The hidden state's part of the gates, with its bias.</param>
    /// <param name="state">The states, each [N, HiddenSize], replaced by the next ones. The first is the output.</param>
    private protected abstract void Step(Tensor fromInput, Tensor fromHidden, Tensor[] state);

    /// <summary>Returns one of the gates of a step, [N, HiddenSize].</summary>
    private protected Tensor Gate(Tensor gates, int index) => gates.Narrow(1, index * HiddenSize, HiddenSize);

    // Layers pass on separate steps: the gradient of a slice has the size of the whole sequence.
    Tensor[] RunLayer(int layer, Tensor[] steps, Tensor[]? initial, List<Tensor>[] final)
    {
        Tensor[][] outputs = new Tensor[Directions][];
        for (int direction = 0; direction < Directions; direction++)
        {
            int index = (layer * Directions) + direction;
            Tensor[] state = InitialState(initial, final.Length, index, steps[0]);
            outputs[direction] = RunCell(_cells[index], steps, state, isReverse: direction == 1);
            for (int i = 0; i < state.Length; i++)
            {
                final[i].Add(state[i]);
            }
        }

        return outputs.Length == 1 ? outputs[0] : [.. outputs[0].Zip(outputs[1], static (a, b) => Tensor.Cat([a, b], dim: 1))];
    }

    Tensor[] RunCell(Cell cell, Tensor[] steps, Tensor[] state, bool isReverse)
    {
        Tensor[] outputs = new Tensor[steps.Length];
        for (int i = 0; i < steps.Length; i++)
        {
            int step = isReverse ? steps.Length - 1 - i : i;
            Tensor fromInput = Affine(steps[step], cell.InputWeight, cell.InputBias);
            Step(fromInput, Affine(state[0], cell.HiddenWeight, cell.HiddenBias), state);
            outputs[step] = state[0];
        }

        return outputs;
    }

    Tensor[] InitialState(Tensor[]? initial, int states, int index, Tensor step)
    {
        Tensor[] state = new Tensor[states];
        for (int i = 0; i < states; i++)
        {
            state[i] = initial is null ? Tensor.Zeros([step.Shape[0], HiddenSize], step.DType) : initial[i][index];
        }

        return state;
    }

    static Tensor Affine(Tensor x, Tensor weight, Tensor? bias)
    {
        Tensor product = x.MatMul(weight.Transpose());
        return bias is null ? product : product + bias;
    }

    Cell NewCell(int gates, int index, RandomStream? random, DType dtype)
    {
        (int layer, int direction) = Math.DivRem(index, Directions);
        string suffix = $"l{layer}{(direction == 1 ? "_reverse" : "")}";
        int features = layer == 0 ? InputSize : HiddenSize * Directions;
        int rows = gates * HiddenSize;
        return new(
            Drawn($"weight_ih_{suffix}", [rows, features]),
            Drawn($"weight_hh_{suffix}", [rows, HiddenSize]),
            Bias ? Drawn($"bias_ih_{suffix}", [rows]) : null,
            Bias ? Drawn($"bias_hh_{suffix}", [rows]) : null);

        Tensor Drawn(string name, Shape shape)
        {
            double bound = 1 / Math.Sqrt(HiddenSize);
            return Parameter(name, Init.Uniform(Tensor.Empty(shape, dtype), -bound, bound, random));
        }
    }

    void CheckInput(Tensor input)
    {
        if (input.Rank != 3 || input.Shape[2] != InputSize || input.Count == 0)
        {
            string layout = BatchFirst ? "[N, L, inputSize]" : "[L, N, inputSize]";
            throw new ShapeException(
                $"{GetType().Name}: the input must be {layout} with inputSize = {InputSize} and not empty, but is {input.Shape}. "
                + $"Reshape it, or add the batch dimension with Unsqueeze({(BatchFirst ? 0 : 1)}).");
        }
    }

    void CheckStates(Tensor[]? states, int batch)
    {
        Shape expected = [Layers * Directions, batch, HiddenSize];
        foreach (Tensor state in states ?? [])
        {
            CheckType(state, "state");
            if (state.Shape != expected)
            {
                throw new ShapeException(
                    $"{GetType().Name}: the initial state {state.Shape} must be {expected}, [layers · directions, N, hiddenSize].");
            }
        }
    }

    readonly record struct Cell(Tensor InputWeight, Tensor HiddenWeight, Tensor? InputBias, Tensor? HiddenBias);
}

/// <summary>The options that LSTM and GRU share.</summary>
internal readonly record struct RecurrentOptions(
    int InputSize, int HiddenSize, int Layers, bool Bias, bool BatchFirst, double Dropout, bool Bidirectional);
