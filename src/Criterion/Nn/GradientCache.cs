namespace Criterion.Nn;

/// <summary>
/// Trains with batches larger than memory, for losses that compare all rows of a batch: computes embeddings chunk by chunk without a
/// graph, the gradient of the loss by the embeddings, then each chunk again with a graph. Only the activations of one chunk are in memory.
/// </summary>
/// <remarks>
/// <para>A chunk draws the random numbers that its rows have in the batch, both times: dropout is that of one large batch, and the streams
/// end at the same positions. Embeddings and loss have the same bits as for one large batch if a chunk has at least 64 rows;
/// matrix products of few rows add in another order. The gradients of parameters are sums over chunks instead of over the batch, and
/// differ from its by rounding.</para>
/// <para>A random tensor belongs to the rows if its first dimension is the size of the chunk. Any other is drawn once for all
/// chunks.</para>
/// <para>The encoder runs twice, which costs about a third more time. Plain accumulation of gradients over small batches gives a
/// row only the negatives of its own small batch.</para>
/// <para>Buffers that a forward pass updates, such as the singular vectors of a spectral norm, are updated once.</para>
/// <para>Source: Gao et al., Scaling deep contrastive learning batch size under memory limited setup, 2021.</para>
/// </remarks>
/// <example><code>
/// GradientCache cache = new(chunkSize: 64);
/// optimizer.ZeroGrad();
/// Tensor loss = cache.Backward(encoder, images, embeddings =&gt; supCon.Forward(embeddings, labels));
/// optimizer.Step();
/// </code></example>
public sealed class GradientCache
{
    /// <summary>Initializes a cache.</summary>
    /// <param name="chunkSize">The rows that an encoder computes at once; at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is less than 2.</exception>
    public GradientCache(int chunkSize) => ChunkSize = chunkSize;

    /// <summary><inheritdoc cref="GradientCache(int)" path="/param[@name='chunkSize']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 2.</exception>
    /// <remarks>With chunks of one row, a random tensor [1, …] for the whole batch would look like that of a row.</remarks>
    public int ChunkSize { get; init => field = Require.AtLeast(2, value, nameof(GradientCache)); }

    /// <summary>Adds the gradients of a loss of embeddings to the parameters of their encoder.</summary>
    /// <param name="encoder">The encoder: <c>[N, …]</c> to <c>[N, …]</c>, each row on its own.</param>
    /// <param name="input">The batch, <c>[N, …]</c>.</param>
    /// <param name="loss">The loss of the embeddings of the whole batch, a scalar.</param>
    /// <returns>The loss, detached.</returns>
    /// <exception cref="AutogradException">
    /// The input is part of a graph, gradients are switched off, a buffer of the encoder depends on the rows of the batch, or the encoder
    /// returns other embeddings when it computes a chunk again.
    /// </exception>
    /// <exception cref="BatchCouplingException">
    /// A layer mixes the rows of a batch, such as batch normalization in training: its chunks differ from the batch.
    /// </exception>
    /// <exception cref="ShapeException">The input has no rows, or the encoder returns another number of rows.</exception>
    public Tensor Backward(Module encoder, Tensor input, Func<Tensor, Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return Backward([(encoder, input)], embeddings => loss(embeddings[0]));
    }

    /// <summary>
    /// Adds the gradients of a loss of several embeddings to the parameters of their encoders, such as those of queries and keys. An
    /// encoder may occur several times. Parameters that the loss itself has get their gradients too.
    /// </summary>
    /// <param name="parts">The encoders with their inputs, in the order in which one large batch would compute them.</param>
    /// <param name="loss">The loss of all embeddings, a scalar.</param>
    /// <returns>The loss, detached.</returns>
    /// <exception cref="AutogradException">
    /// An input is part of a graph, gradients are switched off, a buffer of an encoder depends on the rows of the batch, or an encoder
    /// returns other embeddings when it computes a chunk again.
    /// </exception>
    /// <exception cref="BatchCouplingException">
    /// A layer mixes the rows of a batch, such as batch normalization in training: its chunks differ from the batch.
    /// </exception>
    /// <exception cref="ShapeException">An input has no rows, or an encoder returns another number of rows.</exception>
    public Tensor Backward(
        IReadOnlyList<(Module Encoder, Tensor Input)> parts, Func<IReadOnlyList<Tensor>, Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(loss);
        ChunkedEncoder[] encoders = [.. parts.Select(part => new ChunkedEncoder(part.Encoder, part.Input, ChunkSize))];
        Tensor[] embeddings = Array.ConvertAll(encoders, static encoder => encoder.Embed());
        Array.ForEach(embeddings, static rows => rows.RequiresGrad = true);
        Tensor value = loss(embeddings);
        value.Backward();
        for (int i = encoders.Length - 1; i >= 0; i--)
        {
            if (embeddings[i].Grad is { } gradient)
            {
                encoders[i].Backward(gradient);
                LeafGradient.Clear(embeddings[i]);
            }
        }

        return value.Detach();
    }
}
