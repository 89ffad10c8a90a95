using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The images of a step, and the loss of their embeddings.</summary>
internal readonly record struct EmbeddingBatch(Tensor Images, Func<Tensor, Tensor> Loss);

/// <summary>Draws the batches that a kind of loss needs.</summary>
internal abstract class EmbeddingObjective
{
    /// <summary>Gets the parts whose state a checkpoint holds.</summary>
    public abstract IEnumerable<(string Name, IStateful Part)> Parts { get; }

    /// <summary>Gets the module that is trained with the encoder, and the rate of it; null for none.</summary>
    public virtual (string Name, Module Module, double? LearningRate)? Trained => null;

    /// <summary>Creates the objective of a loss.</summary>
    /// <param name="options">The options; checked.</param>
    /// <param name="data">The images to train on.</param>
    /// <param name="dimensions">The size of an embedding in training; null if unknown.</param>
    /// <exception cref="TrainingException">The data do not fill a batch, or the loss needs the size of an embedding.</exception>
    public static EmbeddingObjective Of(EmbeddingOptions options, ImageDataset data, int? dimensions)
    {
        RandomStream batches = new RandomStream(options.Seed).Fork(21);
        RandomStream weights = new RandomStream(options.Seed).Fork(22);
        return options.Loss switch
        {
            _ when options.Views => new ViewObjective(options, data, batches, weights, dimensions),
            PairLoss loss => new PairObjective(
                data, options.BatchSize, batches, (first, second, target) => loss.Forward(first, second, target)),
            ScoredPairsLoss loss => new PairObjective(data, options.BatchSize, batches, loss.Forward),
            TripletMarginLoss loss => new TripletObjective(loss, data, options.BatchSize, batches),
            ILabelLoss loss => new LabelObjective(loss, options, data, batches, dimensions),
            IClassWeightLoss loss => new ClassObjective(loss, options, data, batches, weights, dimensions),
            var other => throw new TrainingException($"EmbeddingTrainer: {other.GetType().Name} is of no kind that can be trained. "
                + $"Derive it from {nameof(ILabelLoss)}, {nameof(IClassWeightLoss)}, {nameof(IViewLoss)} or {nameof(PairLoss)}."),
        };
    }

    /// <summary>Returns how many images an item of a loss's batch has, and the word for such items.</summary>
    public static (int Images, string Word) ItemOf(IEmbeddingLoss loss) => loss switch
    {
        PairLoss or ScoredPairsLoss => (2, "pair"),
        TripletMarginLoss => (3, "triplet"),
        _ => (1, "image"),
    };

    /// <summary>Draws a batch.</summary>
    public abstract EmbeddingBatch Next();

    /// <summary>Takes the embeddings of a batch after the weights were updated.</summary>
    public virtual void Keep(Tensor embeddings)
    {
    }

    /// <summary>Returns the known size of an embedding.</summary>
    private protected static int Known(int? dimensions, EmbeddingOptions options) => dimensions
        ?? throw new TrainingException($"EmbeddingTrainer: a training with {options.Loss.GetType().Name} needs the size of an embedding in "
            + "training mode. Pass it as dimensions.");

    /// <summary>Draws the images of each class, or all of them in random order.</summary>
    private protected static (Func<Tensor> Next, IStateful State) Sampler(
        EmbeddingOptions options, ImageDataset data, RandomStream random)
    {
        if (!options.IsClassBalanced)
        {
            BatchSampler shuffled = new(data.Count, options.BatchSize, random);
            return (shuffled.Next, shuffled);
        }

        int classes = data.LabelsOf(EmbeddingRun.WhyLabels).Distinct().Count();
        int each = options.PerClass > 0 ? options.PerClass : Math.Max(2, options.BatchSize / classes);
        ClassBalancedSampler balanced =
            new(data.Labels!, Math.Min(classes, options.BatchSize / each), each, random, SmallClasses.Repeat);
        return (balanced.Next, balanced);
    }
}

/// <summary>Pairs, half of them of one class. All images pass the encoder as one batch, with common statistics of batch norm.</summary>
internal sealed class PairObjective(ImageDataset data, int batch, RandomStream random, Func<Tensor, Tensor, Tensor, Tensor> loss)
    : EmbeddingObjective
{
    readonly PairSampler _sampler = new(data, batch, random);

    public override IEnumerable<(string Name, IStateful Part)> Parts => [("pairs", _sampler)];

    public override EmbeddingBatch Next()
    {
        (Tensor first, Tensor second, Tensor target) = _sampler.Pairs();
        return new EmbeddingBatch(Tensor.Cat([first, second]), embeddings =>
        {
            IReadOnlyList<Tensor> x = embeddings.Chunk(2);
            return loss(x[0], x[1], target);
        });
    }
}

/// <summary>Triplets of an anchor, another image of its class and one of another class.</summary>
internal sealed class TripletObjective(TripletMarginLoss loss, ImageDataset data, int batch, RandomStream random) : EmbeddingObjective
{
    readonly PairSampler _sampler = new(data, batch, random);

    public override IEnumerable<(string Name, IStateful Part)> Parts => [("pairs", _sampler)];

    public override EmbeddingBatch Next()
    {
        (Tensor anchor, Tensor positive, Tensor negative) = _sampler.Triplets();
        return new EmbeddingBatch(Tensor.Cat([anchor, positive, negative]), embeddings =>
        {
            IReadOnlyList<Tensor> x = embeddings.Chunk(3);
            return loss.Forward(x[0], x[1], x[2]);
        });
    }
}

/// <summary>Class-balanced batches with their labels, and a memory of earlier ones where it is asked for.</summary>
internal sealed class LabelObjective : EmbeddingObjective
{
    readonly ILabelLoss _loss;
    readonly ImageDataset _data;
    readonly CrossBatchMemory? _memory;
    readonly Func<Tensor> _next;
    readonly IStateful _sampler;
    Tensor? _labels;

    public LabelObjective(ILabelLoss loss, EmbeddingOptions options, ImageDataset data, RandomStream random, int? dimensions)
    {
        (_loss, _data) = (loss, data);
        (_next, _sampler) = Sampler(options, data, random);
        _memory = options.Memory > 0 ? new CrossBatchMemory(options.Memory, Known(dimensions, options), options.MemoryAfter) : null;
    }

    public override IEnumerable<(string Name, IStateful Part)> Parts =>
        _memory is null ? [("batches", _sampler)] : [("batches", _sampler), ("memory", _memory)];

    public override EmbeddingBatch Next()
    {
        Tensor places = _next();
        Tensor labels = _labels = _data.Labels!.IndexSelect(0, places);
        return new EmbeddingBatch(_data.Images.IndexSelect(0, places), embeddings => Loss(embeddings, labels));
    }

    public override void Keep(Tensor embeddings) => _memory?.Enqueue(embeddings, _labels!);

    // The memory is checked to be that of a loss that compares with other rows.
    Tensor Loss(Tensor embeddings, Tensor labels)
    {
        if (_memory is not { IsReady: true })
        {
            return _loss.Forward(embeddings, labels);
        }

        (Tensor keys, Tensor keyLabels) = _memory.Join(embeddings, labels);
        return ((IKeyedLabelLoss)_loss).Forward(embeddings, labels, keys, keyLabels, keysBeginWithQueries: true);
    }
}

/// <summary>Images with the numbers of their classes, and a weight of each class, or several.</summary>
internal sealed class ClassObjective : EmbeddingObjective
{
    readonly IClassWeightLoss _loss;
    readonly ImageDataset _data;
    readonly Tensor _classes;
    readonly ClassWeights _weights;
    readonly double _learningRate;
    readonly Func<Tensor> _next;
    readonly IStateful _sampler;

    public ClassObjective(
        IClassWeightLoss loss, EmbeddingOptions options, ImageDataset data, RandomStream random, RandomStream weights, int? dimensions)
    {
        (_loss, _data, _learningRate) = (loss, data, options.ClassLearningRate);
        int[] labels = data.LabelsOf(EmbeddingRun.WhyLabels);
        int[] present = [.. labels.Distinct().Order()];
        _classes = Tensor.From([.. labels.Select(label => (long)Array.BinarySearch(present, label))]);
        _weights = new ClassWeights(present.Length, Known(dimensions, options), loss.CentresPerClass, weights);
        (_next, _sampler) = Sampler(options, data, random);
    }

    public override IEnumerable<(string Name, IStateful Part)> Parts => [("batches", _sampler)];

    public override (string Name, Module Module, double? LearningRate)? Trained => ("classes", _weights, _learningRate);

    public override EmbeddingBatch Next()
    {
        Tensor places = _next();
        Tensor classes = _classes.IndexSelect(0, places);
        return new EmbeddingBatch(
            _data.Images.IndexSelect(0, places), embeddings => _loss.Forward(embeddings, classes, _weights.Weight));
    }
}

/// <summary>
/// Two views of each image, which the trainer augments. To a loss from labels the images of a batch are classes of two examples.
/// </summary>
/// <remarks>
/// <see cref="NegativeCosineLoss"/> has a predictor, without which all embeddings become equal (Chen and He, Exploring simple Siamese
/// representation learning, 2021). <see cref="VicRegLoss"/> demands a deviation of 1 of each value, which rows of length √D can have.
/// </remarks>
internal sealed class ViewObjective : EmbeddingObjective
{
    readonly IEmbeddingLoss _loss;
    readonly ImageDataset _data;
    readonly Sequential? _predictor;
    readonly Func<Tensor> _next;
    readonly IStateful _sampler;

    public ViewObjective(EmbeddingOptions options, ImageDataset data, RandomStream random, RandomStream weights, int? dimensions)
    {
        (_loss, _data) = (options.Loss, data);
        (_next, _sampler) = Sampler(options, data, random);
        _predictor = _loss is NegativeCosineLoss ? Predictor(Known(dimensions, options), weights) : null;
    }

    public override IEnumerable<(string Name, IStateful Part)> Parts => [("batches", _sampler)];

    public override (string Name, Module Module, double? LearningRate)? Trained =>
        _predictor is null ? null : ("predictor", _predictor, null);

    public override EmbeddingBatch Next()
    {
        Tensor images = _data.Images.IndexSelect(0, _next());
        return new EmbeddingBatch(Tensor.Cat([images, images]), Loss);
    }

    Tensor Loss(Tensor embeddings)
    {
        IReadOnlyList<Tensor> x = embeddings.Chunk(2);
        return _loss switch
        {
            NegativeCosineLoss loss => Predicted(loss, embeddings, x),
            VicRegLoss loss => loss.Forward(x[0] * Math.Sqrt(x[0].Shape[1]), x[1] * Math.Sqrt(x[1].Shape[1])),
            IViewLoss loss => loss.Forward(x[0], x[1]),
            _ => ((ILabelLoss)_loss).Forward(embeddings, Tensor.Arange(x[0].Shape[0]).Repeat(2)),
        };
    }

    Tensor Predicted(NegativeCosineLoss loss, Tensor embeddings, IReadOnlyList<Tensor> x)
    {
        IReadOnlyList<Tensor> predicted = _predictor!.Forward(embeddings).Chunk(2);
        return loss.Forward(predicted[0], x[1], predicted[1], x[0]);
    }

    // The bottleneck of a quarter is that of the paper, section 4.
    static Sequential Predictor(int dimensions, RandomStream random)
    {
        int inner = Math.Max(1, dimensions / 4);
        return
        [
            new Linear(dimensions, inner, bias: false, random: random), new BatchNorm1d(inner), new ReLU(),
            new Linear(inner, dimensions, random: random),
        ];
    }
}
