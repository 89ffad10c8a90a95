namespace Criterion.Metrics;

/// <summary>
/// Measures the agreement of two partitions of the same items, such as clusters of embeddings and their labels, by mutual information.
/// </summary>
/// <remarks>
/// Information is divided by the mean of both entropies. The names of clusters do not matter. Partitions into one cluster each, or into
/// single items each, agree fully. Source: Vinh, Epps and Bailey, Information theoretic measures for clusterings comparison, 2010.
/// </remarks>
/// <example><code>
/// KMeansResult clusters = KMeans.Cluster(embeddings, classes);
/// double agreement = ClusterAgreement.AdjustedMutualInformation(labels, clusters.Labels);
/// </code></example>
public static class ClusterAgreement
{
    /// <summary>
    /// Computes the normalized mutual information (NMI), in [0, 1]. It grows with the number of clusters, by chance too: compare
    /// partitions of different sizes by <see cref="AdjustedMutualInformation"/>.
    /// </summary>
    /// <param name="first">One partition, Int64 <c>[N]</c>.</param>
    /// <param name="second">The other partition, Int64 <c>[N]</c>.</param>
    /// <exception cref="ShapeException">The partitions are not vectors of one length.</exception>
    /// <exception cref="DTypeException">A partition is not Int64.</exception>
    /// <exception cref="MetricException">There are no items.</exception>
    public static double NormalizedMutualInformation(Tensor first, Tensor second)
    {
        Contingency table = Contingency.Of(first, second);
        double entropy = table.MeanEntropy;
        return entropy == 0 ? 1 : Math.Clamp(table.MutualInformation() / entropy, 0, 1);
    }

    /// <summary>
    /// Computes the adjusted mutual information (AMI): 0 on average for random partitions with the same sizes, 1 for equal ones.
    /// </summary>
    /// <inheritdoc cref="NormalizedMutualInformation" path="/param"/>
    /// <inheritdoc cref="NormalizedMutualInformation" path="/exception"/>
    public static double AdjustedMutualInformation(Tensor first, Tensor second)
    {
        Contingency table = Contingency.Of(first, second);
        if (table.IsOneToOne)
        {
            return 1;
        }

        double expected = table.ExpectedInformation();
        return (table.MutualInformation() - expected) / (table.MeanEntropy - expected);
    }

    /// <summary>The number of items in each pair of clusters.</summary>
    sealed class Contingency
    {
        readonly Dictionary<(long, long), int> _cells;
        readonly Dictionary<long, int> _rows;
        readonly Dictionary<long, int> _columns;
        readonly int _count;

        Contingency(long[] first, long[] second)
        {
            _count = first.Length;
            _cells = first.Zip(second).CountBy(static pair => pair).ToDictionary();
            _rows = first.CountBy(static label => label).ToDictionary();
            _columns = second.CountBy(static label => label).ToDictionary();
        }

        /// <summary>Gets whether each cluster of one partition is a cluster of the other.</summary>
        public bool IsOneToOne => _cells.Count == _rows.Count && _cells.Count == _columns.Count;

        public double MeanEntropy => (Entropy(_rows.Values) + Entropy(_columns.Values)) / 2;

        public static Contingency Of(Tensor first, Tensor second)
        {
            (long[] x, long[] y) = (Labels(first, nameof(first)), Labels(second, nameof(second)));
            if (x.Length != y.Length)
            {
                throw new ShapeException(
                    $"ClusterAgreement: one partition has {x.Length} items and the other {y.Length}. Pass partitions of the same items.");
            }

            return x.Length > 0
                ? new Contingency(x, y)
                : throw new MetricException("ClusterAgreement: the partitions have no items. Pass at least one.");
        }

        public double MutualInformation() => _cells.Sum(cell => Term(cell.Value, _rows[cell.Key.Item1], _columns[cell.Key.Item2]));

        /// <summary>Computes the mean information over all permutations of one partition.</summary>
        public double ExpectedInformation()
        {
            double[] logFactorials = new double[_count + 1];
            for (int i = 2; i <= _count; i++)
            {
                logFactorials[i] = logFactorials[i - 1] + Math.Log(i);
            }

            return _rows.Values.CountBy(static size => size).Sum(row => _columns.Values.CountBy(static size => size).Sum(
                column => (double)row.Value * column.Value * Expected(row.Key, column.Key, logFactorials)));
        }

        /// <summary>Sums the term of two clusters over the hypergeometric distribution of the items that they share.</summary>
        double Expected(int row, int column, double[] logFactorials)
        {
            double sum = 0;
            double margins = logFactorials[row] + logFactorials[column] + logFactorials[_count - row] + logFactorials[_count - column]
                - logFactorials[_count];
            for (int shared = Math.Max(1, row + column - _count); shared <= Math.Min(row, column); shared++)
            {
                double probability = Math.Exp(margins - logFactorials[shared] - logFactorials[row - shared]
                    - logFactorials[column - shared] - logFactorials[_count - row - column + shared]);
                sum += probability * Term(shared, row, column);
            }

            return sum;
        }

        double Term(int shared, int row, int column) =>
            (double)shared / _count * Math.Log((double)shared * _count / ((double)row * column));

        double Entropy(IEnumerable<int> sizes) => -sizes.Sum(size => (double)size / _count * Math.Log((double)size / _count));

        static long[] Labels(Tensor labels, string name)
        {
            ArgumentNullException.ThrowIfNull(labels, name);
            if (labels.DType != DType.Int64)
            {
                throw new DTypeException(
                    $"ClusterAgreement: {name} must be Int64, but is {labels.DType}. Convert it with .To(DType.Int64).");
            }

            return labels.Rank == 1
                ? labels.ToArray<long>()
                : throw new ShapeException($"ClusterAgreement: {name} must be [N], but is {labels.Shape}. Pass one cluster per item.");
        }
    }
}
