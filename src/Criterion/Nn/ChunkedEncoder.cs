using Criterion.Memory;

namespace Criterion.Nn;

/// <summary>Computes an encoder chunk by chunk as if for one batch: the same random numbers, and one update of its buffers.</summary>
internal sealed class ChunkedEncoder
{
    readonly Module _encoder;
    readonly Tensor _input;
    readonly int _size;
    readonly Dictionary<object, ulong> _starts = [];
    readonly (string Name, Tensor Value)[] _buffers;
    Tensor[] _before = [];
    Tensor[] _after = [];
    Tensor? _embeddings;

    public ChunkedEncoder(Module encoder, Tensor input, int chunkSize)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank == 0 || input.Shape[0] == 0)
        {
            throw new ShapeException($"GradientCache: the input must have rows, but its shape is {input.Shape}. Give a batch [N, …].");
        }

        if (!input.IsLeaf)
        {
            throw new AutogradException("GradientCache: the input is part of a graph, which each chunk would differentiate again. "
                + "Use input.Detach(), or make what computes it part of the encoder.");
        }

        (_encoder, _input, _size) = (encoder, input, Math.Min(chunkSize, input.Shape[0]));
        _buffers = [.. encoder.NamedBuffers()];
    }

    int Rows => _input.Shape[0];

    /// <summary>Computes the embeddings of all rows, without a graph.</summary>
    public Tensor Embed()
    {
        _ = _encoder.StateDict(); // prepares the buffers of spectral norms whose weights were replaced
        _before = Snapshot();
        using (Autograd.NoGrad())
        {
            // The first chunk is computed in the scope of the caller, where the result must be.
            Tensor first = Forward(0);
            _after = Snapshot();
            return _embeddings = (_size == Rows ? first : Join(first)).Detach();
        }
    }

    /// <summary>Computes each chunk again and adds the gradients of the parameters.</summary>
    /// <param name="gradient">The gradient of the loss by the embeddings.</param>
    public void Backward(Tensor gradient)
    {
        (RandomStream Stream, ulong Position)[] ends = [.. _starts.Keys.Cast<RandomStream>().Select(static s => (s, s.Position))];
        for (int row = 0; row < Rows; row += _size)
        {
            using TensorScope scope = new();
            Tensor chunk = Forward(Start(row));
            CheckRepeats(OfChunk(chunk.Detach(), row), Fresh(_embeddings!, row).Detach());
            if (chunk.RequiresGrad)
            {
                chunk.Backward(Part(gradient, row));
            }
        }

        Array.ForEach(ends, static end => end.Stream.Position = end.Position);
    }

    Tensor Join(Tensor first)
    {
        Tensor all = Tensor.Empty(first.Shape.With(0, Rows), first.DType);
        all.Narrow(0, 0, _size).CopyFrom(first);
        for (int row = _size; row < Rows; row += _size)
        {
            using TensorScope scope = new();
            Tensor chunk = Forward(Start(row));
            CheckBuffers();
            Fresh(all, row).CopyFrom(OfChunk(chunk, row));
        }

        return all;
    }

    // The last chunk begins earlier where it would be shorter. Matrix products of fewer rows may add in another order.
    int Start(int row) => Math.Min(row, Rows - _size);

    /// <summary>The rows of the batch that the chunk of a row is the first to compute.</summary>
    Tensor Fresh(Tensor all, int row) => all.Narrow(0, row, Start(row) + _size - row);

    /// <summary>The same rows of the chunk.</summary>
    Tensor OfChunk(Tensor chunk, int row) => chunk.Narrow(0, row - Start(row), Start(row) + _size - row);

    // Rows that another chunk has already differentiated have the gradient 0 in the last one.
    Tensor Part(Tensor gradient, int row)
    {
        Tensor part = gradient.Narrow(0, Start(row), _size);
        if (Start(row) < row)
        {
            part = part.Clone();
            part.Narrow(0, 0, row - Start(row)).Fill(0);
        }

        return part;
    }

    Tensor Forward(int first)
    {
        Rewind();
        ThreadContext thread = ThreadContext.Current;
        SettingsChange change = new(thread);
        try
        {
            thread.Settings.Window = new BatchWindow(first, _size, Rows, _starts);
            thread.Settings.CouplingRefusal = "GradientCache computes a batch in chunks, whose statistics differ from those of the batch. "
                + "Use GroupNorm, InstanceNorm or LayerNorm, or call Eval() on the layer.";
            Tensor chunk = _encoder.Forward(_input.Narrow(0, first, _size));
            return chunk.Rank > 0 && chunk.Shape[0] == _size
                ? chunk
                : throw new ShapeException($"GradientCache: the encoder returned {chunk.Shape} for {_size} rows. Return [{_size}, …].");
        }
        finally
        {
            change.Undo(nameof(GradientCache));
        }
    }

    // Each chunk begins where the batch would: with the same random numbers and the same buffers.
    void Rewind()
    {
        foreach ((object stream, ulong position) in _starts)
        {
            ((RandomStream)stream).Position = position;
        }

        using (Autograd.NoGrad())
        {
            for (int i = 0; i < _buffers.Length; i++)
            {
                _buffers[i].Value.CopyFrom(_before[i]);
            }
        }
    }

    static void CheckRepeats(Tensor again, Tensor before)
    {
        if ((again.EqualTo(before) | (again.IsNaN() & before.IsNaN())).All().Item() == 0)
        {
            throw new AutogradException(
                "GradientCache: the encoder returned other embeddings when it computed a chunk again, so the gradients would be those of "
                + "other numbers. Draw its random numbers from a RandomStream, and keep nothing between calls but buffers.");
        }
    }

    void CheckBuffers()
    {
        for (int i = 0; i < _buffers.Length; i++)
        {
            if (!StateMatch.SameValues(_buffers[i].Value, _after[i]))
            {
                throw new AutogradException(
                    $"GradientCache: '{_buffers[i].Name}' of the encoder depends on the rows of the batch, so chunks cannot update it as "
                    + "the batch would. Switch the tracking of running statistics off, or call Eval() on the layer.");
            }
        }
    }

    Tensor[] Snapshot() => Array.ConvertAll(_buffers, static buffer => buffer.Value.Clone());
}
