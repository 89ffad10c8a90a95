namespace Criterion.Training;

/// <summary>Groups examples by label.</summary>
internal static class LabelGroups
{
    /// <summary>Returns the indices of the examples of each label, the labels in ascending order.</summary>
    /// <param name="labels">The labels, Int64 <c>[N]</c>.</param>
    /// <param name="owner">The sampler that the error names.</param>
    /// <exception cref="TrainingException">The labels are not Int64 <c>[N]</c>.</exception>
    public static int[][] Of(Tensor labels, string owner)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Rank != 1 || labels.DType != DType.Int64)
        {
            throw new TrainingException($"{owner}: labels must be Int64 [N], but are {labels.DType} {labels.Shape}. "
                + "Give one integer per example, such as labels.To(DType.Int64).");
        }

        return
        [
            .. from item in labels.ToArray<long>().Index()
               group item.Index by item.Item into places
               orderby places.Key
               select places.ToArray(),
        ];
    }

    /// <summary>
    /// Returns an order of examples in which no batch contains a label twice. Labels are dealt like cards: grouped by label in random
    /// order, each example goes to the next batch, so the examples of a label are in different batches.
    /// </summary>
    /// <param name="groups">The examples of each label.</param>
    /// <param name="batchSize">The number of examples in a batch.</param>
    /// <param name="random">The stream of the order; it is advanced.</param>
    /// <returns>
    /// The examples batch by batch. Examples that do not fill a batch, or that a label has beyond the number of batches, are missing.
    /// </returns>
    public static long[] DistinctOrder(int[][] groups, int batchSize, RandomStream random)
    {
        int batches = DistinctBatches(groups, batchSize);
        long[] order = new long[batches * batchSize];
        int[] toBatch = Shuffled(batches, random);
        int dealt = 0;
        foreach (int example in Chosen(groups, batches, order.Length, random))
        {
            order[(toBatch[dealt % batches] * batchSize) + (dealt / batches)] = example;
            dealt++;
        }

        return order;
    }

    /// <summary>Returns the largest number of batches without a repeated label that the examples fill.</summary>
    public static int DistinctBatches(int[][] groups, int batchSize)
    {
        int batches = groups.Sum(static group => group.Length) / batchSize;
        while (batches > 0 && groups.Sum(group => Math.Min(group.Length, batches)) < batches * batchSize)
        {
            batches = groups.Sum(group => Math.Min(group.Length, batches)) / batchSize;
        }

        return batches;
    }

    // As many examples of each label as there are batches at most, less random ones that do not fill a batch.
    static IEnumerable<int> Chosen(int[][] groups, int batches, int count, RandomStream random)
    {
        int[][] capped = [.. groups.Select(group => Shuffled(group.Length, random).Take(batches).Select(place => group[place]).ToArray())];
        HashSet<int> left = [.. Shuffled(capped.Sum(static group => group.Length), random).Skip(count)];
        int place = 0;
        return Shuffled(capped.Length, random).SelectMany(number => capped[number]).Where(_ => !left.Contains(place++));
    }

    /// <summary>Returns 0, 1, …, count − 1 in random order.</summary>
    public static int[] Shuffled(int count, RandomStream random)
    {
        using TensorScope scope = new();
        return Array.ConvertAll(Tensor.Permutation(count, random).ToArray<long>(), static place => (int)place);
    }
}
