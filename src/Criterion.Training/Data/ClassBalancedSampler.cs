namespace Criterion.Training;

/// <summary>
/// Draws batches of P classes with K examples each, for losses that compare the rows of a batch: every row has K − 1 positives and
/// (P − 1)·K negatives. An epoch contains every example at least once. The state is two integers, <see cref="Epoch"/> and
/// <see cref="Batch"/>.
/// </summary>
/// <remarks>
/// <para>An epoch consists of passes. A pass contains every class once, in a new order; its last batch is filled up with the first classes
/// of the pass. Each class draws K further examples of a random order of its own, which starts again when it is used up, and
/// the last draw from it is filled up with its first examples. There are as many passes as the largest class needs, so a class is drawn
/// as often as any other, however few examples it has.</para>
/// <para>Source: Hermans et al., In defense of the triplet loss, 2017, section 2. pytorch-metric-learning's <c>MPerClassSampler</c> draws
/// classes and examples independently and does not guarantee that an example is ever drawn.</para>
/// <para>Threads may draw from one sampler at once: each batch is returned once, in an order that is then not deterministic.</para>
/// </remarks>
/// <example><code>
/// ClassBalancedSampler sampler = new(data.Labels!, classes: 16, perClass: 4, new RandomStream(1));
/// Tensor batch = sampler.Next();
/// Tensor loss = new SupConLoss().Forward(encoder.Forward(data.Images.IndexSelect(0, batch)), data.Labels!.IndexSelect(0, batch));
/// </code></example>
public sealed class ClassBalancedSampler : IStateful
{
    readonly Lock _gate = new();
    readonly RandomStream _random;
    readonly ClassMembers[] _members;
    readonly int _batchesPerPass;
    int _pass = -1;
    int[] _order = [];

    /// <summary>Creates a sampler at the beginning of the first epoch.</summary>
    /// <param name="labels">The class of each example, Int64 <c>[N]</c>; any integers.</param>
    /// <param name="classes">P, the number of classes in a batch; at least 2.</param>
    /// <param name="perClass">
    /// K, the number of examples of each class in a batch; at least 1. With 1 no label occurs twice in a batch: see also the labels of a
    /// <see cref="BatchSampler"/>, which draws every example once.
    /// </param>
    /// <param name="random">The stream that the orders are derived from; it is not advanced.</param>
    /// <param name="smallClasses">How classes with fewer than K examples are treated. Default: throw.</param>
    /// <exception cref="TrainingException">
    /// The labels are not Int64 <c>[N]</c>, there are fewer than P classes, or a class has fewer than K examples.
    /// </exception>
    public ClassBalancedSampler(
        Tensor labels, int classes, int perClass, RandomStream random, SmallClasses smallClasses = SmallClasses.Throw)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(perClass, 1);
        (Classes, PerClass, _random) = (classes, perClass, random);
        int[][] byClass = Usable(LabelGroups.Of(labels, nameof(ClassBalancedSampler)), smallClasses);
        if (byClass.Length < classes)
        {
            throw new TrainingException(
                $"ClassBalancedSampler: a batch of {classes} classes needs as many, and there are {byClass.Length} to draw from. "
                + "Reduce classes, or add labelled examples.");
        }

        _members = [.. byClass.Select(items => new ClassMembers(items, perClass))];
        _batchesPerPass = Draws(byClass.Length, classes);
        BatchesPerEpoch = _batchesPerPass * _members.Max(static members => members.DrawsPerCycle);
    }

    /// <summary>Gets P, the number of classes in a batch.</summary>
    public int Classes { get; }

    /// <summary>Gets K, the number of examples of each class in a batch.</summary>
    public int PerClass { get; }

    /// <summary>Gets the number of examples in a batch, P · K.</summary>
    public int BatchSize => Classes * PerClass;

    /// <summary>Gets the number of batches in which every example is drawn.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>Gets the number of epochs that are done.</summary>
    public int Epoch { get; private set; }

    /// <summary>Gets the number of batches of the present epoch that are done.</summary>
    public int Batch { get; private set; }

    /// <summary>Returns the indices of the next batch, Int64 <c>[P·K]</c>; the examples of a class follow one another.</summary>
    public Tensor Next()
    {
        long[] batch = new long[BatchSize];
        lock (_gate)
        {
            if (Batch == BatchesPerEpoch)
            {
                StartEpoch(Epoch + 1);
            }

            StartPass(Batch / _batchesPerPass);
            int place = Batch++ % _batchesPerPass * Classes;
            for (int i = 0; i < Classes; i++)
            {
                DrawOne(_order[(place + i) % _order.Length], batch.AsSpan(i * PerClass, PerClass));
            }
        }

        return Tensor.From(batch);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        lock (_gate)
        {
            return new OrderedDictionary<string, Tensor> { ["place"] = StateDicts.Integers(Epoch, Batch) };
        }
    }

    /// <inheritdoc/>
    /// <exception cref="StateDictException">The state is that of other labels or another batch; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        long[] place = state.Integers("place", 2);
        if (place[0] is < 0 or > int.MaxValue || place[1] < 0 || place[1] > BatchesPerEpoch)
        {
            throw new StateDictException(
                $"ClassBalancedSampler: the state is at batch {place[1]} of epoch {place[0]}, and an epoch has {BatchesPerEpoch} batches. "
                + "Use the labels and the batch that it was saved with.");
        }

        lock (_gate)
        {
            StartEpoch((int)place[0]);
            SkipTo((int)place[1]);
        }
    }

    static int Draws(int items, int perDraw) => ((items - 1) / perDraw) + 1;

    int[][] Usable(int[][] byClass, SmallClasses smallClasses)
    {
        int small = byClass.Count(items => items.Length < PerClass);
        return smallClasses switch
        {
            SmallClasses.Skip => [.. byClass.Where(items => items.Length >= PerClass)],
            SmallClasses.Throw when small > 0 => throw new TrainingException(
                $"ClassBalancedSampler: {small} of {Counted.Of(byClass.Length, "class")} have fewer than {PerClass} examples; the smallest "
                + $"has {byClass.Min(static items => items.Length)}. Reduce perClass, or choose SmallClasses.Repeat or SmallClasses.Skip."),
            _ => byClass,
        };
    }

    // Everything below is a function of the epoch and the batch, so the state needs no random numbers and no order.
    void StartEpoch(int epoch)
    {
        (Epoch, Batch, _pass) = (epoch, 0, -1);
        Array.ForEach(_members, static members => members.Restart());
    }

    void StartPass(int pass)
    {
        if (pass != _pass)
        {
            _pass = pass;
            _order = LabelGroups.Shuffled(_members.Length, _random.Fork((ulong)Epoch).Fork(0).Fork((ulong)pass));
        }
    }

    void SkipTo(int batch)
    {
        for (; Batch < batch; Batch++)
        {
            StartPass(Batch / _batchesPerPass);
            int place = Batch % _batchesPerPass * Classes;
            for (int i = 0; i < Classes; i++)
            {
                _members[_order[(place + i) % _order.Length]].Skip();
            }
        }
    }

    void DrawOne(int number, Span<long> to)
    {
        RandomStream random = _random.Fork((ulong)Epoch).Fork(1 + (ulong)number);
        _members[number].Draw(to, cycle => LabelGroups.Shuffled(_members[number].Count, random.Fork((ulong)cycle)));
    }

    /// <summary>The examples of one class, in an order that is drawn again when it is used up.</summary>
    sealed class ClassMembers(int[] items, int perDraw)
    {
        int _draws;
        int _cycle = -1;
        int[] _order = [];

        public int Count => items.Length;

        public int DrawsPerCycle => Draws(items.Length, perDraw);

        public void Restart() => (_draws, _cycle) = (0, -1);

        public void Skip() => _draws++;

        public void Draw(Span<long> to, Func<int, int[]> order)
        {
            int cycle = _draws / DrawsPerCycle;
            if (cycle != _cycle)
            {
                (_cycle, _order) = (cycle, order(cycle));
            }

            int place = _draws++ % DrawsPerCycle * perDraw;
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = items[_order[(place + i) % items.Length]];
            }
        }
    }
}
