namespace Criterion.Nn;

/// <summary>
/// Scaled dot-product attention with several heads (Vaswani et al., 2017): softmax(QKᵀ / √(dim / heads)) · V for each head, between linear
/// projections. PyTorch equivalent: <c>torch.nn.MultiheadAttention</c> with <c>batch_first=True</c> by default and without
/// <c>kdim</c>, <c>vdim</c>, <c>add_bias_kv</c> and <c>add_zero_attn</c>.
/// </summary>
/// <remarks>
/// Query [N, L, dim], key and value [N, S, dim], output [N, L, dim]; the first two dimensions are exchanged with batchFirst: false. Weights
/// by PyTorch's names: in_proj_weight [3 · dim, dim] of query, key and value, in_proj_bias, out_proj.weight [dim, dim], out_proj.bias.
/// A query that may attend to no key is NaN, as in PyTorch.
/// </remarks>
/// <example><code>
/// MultiheadAttention attention = new(dim: 64, heads: 4);
/// Tensor self = attention.Forward(x);
/// Tensor cross = attention.Forward(x, memory, memory, keyPaddingMask: isPadding);
/// </code></example>
public sealed class MultiheadAttention : Layer
{
    readonly Dropout? _dropout;
    readonly Linear _output;

    /// <summary>Initializes the layer: in_proj_weight by Xavier's uniform distribution, biases 0.</summary>
    /// <param name="dim">The size of queries, keys, values and outputs.</param>
    /// <param name="heads">The number of heads, which must divide the size.</param>
    /// <param name="dropout">The probability of dropout of the attention weights, in [0, 1]. Default: 0.</param>
    /// <param name="bias">Whether to add biases. Default: true.</param>
    /// <param name="batchFirst">Whether inputs are [N, L, dim] and not [L, N, dim]. Default: true, unlike PyTorch.</param>
    /// <param name="random">The random stream of weights and dropout. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A size is below 1, the heads do not divide it, or the dropout is not in [0, 1].
    /// </exception>
    public MultiheadAttention(
        int dim,
        int heads,
        double dropout = 0,
        bool bias = true,
        bool batchFirst = true,
        RandomStream? random = null,
        DType dtype = DType.Float32)
    {
        Require.AtLeast(1, heads, "MultiheadAttention");
        Require.That(dim >= 1 && dim % heads == 0, dim, "MultiheadAttention", $"a positive multiple of the {heads} head(s)");
        (Heads, BatchFirst, Dropout) = (heads, batchFirst, Require.InUnitInterval(dropout, "MultiheadAttention"));
        InputWeight = Parameter("in_proj_weight", Init.XavierUniform(Tensor.Empty([3 * dim, dim], dtype), random: random));
        InputBias = bias ? Parameter("in_proj_bias", Tensor.Zeros([3 * dim], dtype)) : null;
        _output = Child("out_proj", new Linear(dim, dim, bias, random, dtype));
        if (_output.Bias is { } outputBias)
        {
            Init.Constant(outputBias, 0);
        }

        // Not a child: PyTorch's state and tree have none.
        _dropout = dropout > 0 ? new Dropout(dropout, Stream(random)) : null;
    }

    /// <summary>Gets the weights of the projections of query, key and value, [3 · dim, dim].</summary>
    public Tensor InputWeight { get; }

    /// <summary>Gets the biases of the projections of query, key and value, [3 · dim], or null.</summary>
    public Tensor? InputBias { get; }

    /// <summary>Gets the size of queries, keys, values and outputs.</summary>
    public int Dim => InputWeight.Shape[1];

    /// <summary>Gets the number of heads.</summary>
    public int Heads { get; }

    /// <summary>Gets the probability of dropout of the attention weights.</summary>
    public double Dropout { get; }

    /// <summary>Gets whether there are biases.</summary>
    public bool Bias => InputBias is not null;

    /// <summary>Gets whether inputs are [N, L, dim] and not [L, N, dim].</summary>
    public bool BatchFirst { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of(
        [Dim, Heads], ("dropout", Dropout, 0.0), ("bias", Bias, true), ("batchFirst", BatchFirst, true));

    /// <summary>Computes attention of queries to keys and values.</summary>
    /// <param name="query">The queries.</param>
    /// <param name="key">The keys.</param>
    /// <param name="value">The values, shaped as the keys.</param>
    /// <param name="keyPaddingMask">Bool [N, S], true for keys to ignore. Default: none.</param>
    /// <param name="mask">
    /// [L, S] or [N · heads, L, S]: Bool, true where a query must not attend to a key, or of the queries' type, added to the scores.
    /// Default: none.
    /// </param>
    /// <param name="causal">Whether a query attends to no later key. Default: false.</param>
    /// <exception cref="DTypeException">An input has another type than the weights, or a mask a wrong one.</exception>
    /// <exception cref="ShapeException">The shapes of inputs or masks do not match.</exception>
    public Tensor Forward(
        Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask = null, Tensor? mask = null, bool causal = false)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        query = BeforeCompute(query);
        CheckType(key, nameof(key));
        CheckType(value, nameof(value));
        return AfterCompute(query, Attend(query, key, value, new(keyPaddingMask, mask, causal)));
    }

    /// <summary>Computes causal or full attention of a sequence to itself.</summary>
    /// <param name="input">The sequences.</param>
    /// <param name="causal">Whether a step attends to no later one.</param>
    /// <inheritdoc cref="Forward(Tensor, Tensor, Tensor, Tensor?, Tensor?, bool)" path="/exception"/>
    public Tensor Forward(Tensor input, bool causal) => Forward(input, input, input, causal: causal);

    /// <inheritdoc/>
    protected internal override void SetTraining(bool training)
    {
        base.SetTraining(training);
        _dropout?.SetTraining(training);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => Attend(input, input, input, default);

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(input);
        OnnxValue x = BatchFirst ? input : graph.Permute(input, 1, 0, 2);
        OnnxValue projected = graph.Affine(x, graph.Weight(InputWeight), graph.Weight(InputBias));

        // [N, L, 3 · dim] → [3, N, heads, L, dim / heads]
        OnnxValue parts = graph.Permute(graph.Reshape(projected, 0, 0, 3, Heads, Dim / Heads), 2, 0, 3, 1, 4);
        (OnnxValue q, OnnxValue k, OnnxValue v) = (Part(0), Part(1), Part(2));
        OnnxValue scores = graph.Node("MatMul", [graph.Product(q, 1 / Math.Sqrt(Dim / Heads)), graph.Permute(k, 0, 1, 3, 2)]);
        OnnxValue mixed = graph.Node("MatMul", [graph.Node("Softmax", [scores], ("axis", -1)), v]);
        OnnxValue joined = graph.Reshape(BatchFirst ? graph.Permute(mixed, 0, 2, 1, 3) : graph.Permute(mixed, 2, 0, 1, 3), 0, 0, Dim);
        return graph.Add(_output, joined with { Shape = input.Shape });

        OnnxValue Part(int index) => graph.Node("Gather", [parts, graph.Weight(Tensor.Full([], index, DType.Int64))]);
    }

    Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMasks masks)
    {
        CheckShapes(query, key, value);
        (Tensor q, Tensor k, Tensor v) = (Project(query, 0), Project(key, 1), Project(value, 2));
        Tensor scores = (q * (1 / Math.Sqrt(Dim / Heads))).MatMul(k.Transpose());
        Tensor weights = masks.Apply(scores).Softmax(-1);
        if (_dropout is not null)
        {
            weights = _dropout.Forward(weights);
        }

        // [N, heads, L, dim / heads] → [N, L, dim], or [L, N, dim].
        Tensor joined = BatchFirst ? weights.MatMul(v).Transpose(1, 2) : weights.MatMul(v).Permute(2, 0, 1, 3);
        return _output.Forward(joined.Reshape([.. query.Shape.Dims[..2], Dim]));
    }

    /// <summary>Returns the queries, keys or values of each head, [N, heads, L, dim / heads].</summary>
    Tensor Project(Tensor x, int part)
    {
        Tensor rows = x.Reshape(x.Count / Dim, Dim).MatMul(InputWeight.Narrow(0, part * Dim, Dim).Transpose());
        Tensor biased = InputBias is null ? rows : rows + InputBias.Narrow(0, part * Dim, Dim);
        Tensor heads = biased.Reshape(x.Shape[0], x.Shape[1], Heads, Dim / Heads);
        return BatchFirst ? heads.Transpose(1, 2) : heads.Permute(1, 2, 0, 3);
    }

    void CheckShapes(Tensor query, Tensor key, Tensor value)
    {
        int batchDim = BatchFirst ? 0 : 1;
        bool fits = query.Rank == 3 && key.Rank == 3 && query.Shape[2] == Dim && key.Shape[2] == Dim && value.Shape == key.Shape
            && query.Shape[batchDim] == key.Shape[batchDim] && query.Count > 0 && key.Count > 0;
        if (!fits)
        {
            (string l, string s) = BatchFirst ? ("[N, L, dim]", "[N, S, dim]") : ("[L, N, dim]", "[S, N, dim]");
            throw new ShapeException(
                $"MultiheadAttention: the query must be {l}, and key and value {s}, with dim = {Dim} and not empty, but they are "
                + $"{query.Shape}, {key.Shape} and {value.Shape}. Reshape them, or add the batch dimension with Unsqueeze({batchDim}).");
        }
    }
}

/// <summary>The masks of an attention.</summary>
internal readonly record struct AttentionMasks(Tensor? KeyPadding, Tensor? Mask, bool Causal)
{
    /// <summary>Masks scores [N, heads, L, S].</summary>
    public Tensor Apply(Tensor scores)
    {
        (int batch, int heads, int queries, int keys) = (scores.Shape[0], scores.Shape[1], scores.Shape[2], scores.Shape[3]);
        if (Mask is not null)
        {
            scores = Apply(scores, InHeads(Mask, batch, heads, queries, keys));
        }

        if (KeyPadding is not null)
        {
            CheckPadding(KeyPadding, batch, keys);
            scores = scores.MaskedFill(KeyPadding.Reshape(batch, 1, 1, keys), double.NegativeInfinity);
        }

        return Causal ? scores.MaskedFill(Later(queries, keys), double.NegativeInfinity) : scores;
    }

    static Tensor Apply(Tensor scores, Tensor mask) => mask.DType == DType.Bool
        ? scores.MaskedFill(mask, double.NegativeInfinity)
        : mask.DType == scores.DType
            ? scores + mask
            : throw new DTypeException(
                $"MultiheadAttention: the mask is {mask.DType} and must be Bool or {scores.DType}. Convert it with .To(DType.Bool).");

    static Tensor InHeads(Tensor mask, int batch, int heads, int queries, int keys) =>
        mask.Shape == [queries, keys]
            ? mask
            : mask.Shape == [batch * heads, queries, keys]
                ? mask.Reshape(batch, heads, queries, keys)
                : throw new ShapeException(
                    $"MultiheadAttention: the mask {mask.Shape} must be [{queries}, {keys}], [L, S], or "
                    + $"[{batch * heads}, {queries}, {keys}], [N · heads, L, S]. Reshape or expand it.");

    static void CheckPadding(Tensor padding, int batch, int keys)
    {
        if (padding.DType != DType.Bool)
        {
            throw new DTypeException(
                $"MultiheadAttention: the key padding mask is {padding.DType} and must be Bool. Convert it with .To(DType.Bool).");
        }

        if (padding.Shape != [batch, keys])
        {
            throw new ShapeException(
                $"MultiheadAttention: the key padding mask {padding.Shape} must be [{batch}, {keys}], [N, S]. Reshape or expand it.");
        }
    }

    /// <summary>Returns Bool [L, S], true where the key comes after the query.</summary>
    static Tensor Later(int queries, int keys) =>
        Tensor.Arange(keys).Unsqueeze(0).Greater(Tensor.Arange(queries).Unsqueeze(1));
}
