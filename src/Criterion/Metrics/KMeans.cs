using System.Numerics.Tensors;

namespace Criterion.Metrics;

/// <summary>A clustering of rows.</summary>
public sealed class KMeansResult
{
    internal KMeansResult(Tensor labels, Tensor centers, double inertia, int iterations) =>
        (Labels, Centers, Inertia, Iterations) = (labels, centers, inertia, iterations);

    /// <summary>Gets the cluster of each row, Int64 <c>[N]</c>, from 0 to the number of clusters − 1.</summary>
    public Tensor Labels { get; }

    /// <summary>Gets the mean of each cluster, Float64 <c>[clusters, D]</c>.</summary>
    public Tensor Centers { get; }

    /// <summary>Gets the sum of the squared distances of the rows to the center of their cluster.</summary>
    public double Inertia { get; }

    /// <summary>Gets the number of iterations of the attempt that was best.</summary>
    public int Iterations { get; }
}

/// <summary>
/// Clusters rows by k-means: Lloyd's iterations from centers that k-means++ draws, the best of several attempts. The same seed gives
/// the same clusters on any number of threads.
/// </summary>
/// <remarks>Source: Arthur and Vassilvitskii, k-means++: the advantages of careful seeding, 2007.</remarks>
public static class KMeans
{
    const int Tile = 1024;

    /// <summary>Clusters rows.</summary>
    /// <param name="rows">The rows, <c>[N, D]</c>.</param>
    /// <param name="clusters">The number of clusters, from 1 to N.</param>
    /// <param name="attempts">The number of starts, of which the one with the least inertia is returned. Default: 10.</param>
    /// <param name="maxIterations">The largest number of iterations of a start. Default: 300.</param>
    /// <param name="random">The random stream that draws the first centers. Default: seed 0.</param>
    /// <exception cref="ShapeException"><paramref name="rows"/> is not a matrix.</exception>
    /// <exception cref="MetricException">There are no rows, or a value is NaN, infinite or too large to be squared.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static KMeansResult Cluster(
        Tensor rows, int clusters, int attempts = 10, int maxIterations = 300, RandomStream? random = null)
    {
        Tensor features = FeatureRows.Of(nameof(KMeans), rows, nameof(rows));
        FeatureRows.CheckCount(nameof(KMeans), nameof(rows), features.Shape[0], 1);
        FeatureRows.CheckSquares(nameof(KMeans), features, nameof(rows));
        int count = features.Shape[0];
        Require.That(clusters >= 1 && clusters <= count, clusters, nameof(KMeans), $"from 1 to {count}, the number of rows");
        Require.AtLeast(1, attempts, nameof(KMeans));
        Require.AtLeast(1, maxIterations, nameof(KMeans));
        random ??= new RandomStream(0);
        double[] origin = features.Mean(0).ToArray<double>();
        double[] values = Centered(features, origin);
        KMeansAttempt best = new(values, origin.Length, clusters);
        best.Run(maxIterations, random);
        for (int i = 1; i < attempts; i++)
        {
            KMeansAttempt next = new(values, origin.Length, clusters);
            next.Run(maxIterations, random);
            best = next.Inertia < best.Inertia ? next : best;
        }

        Tensor centers = Tensor.From(best.Centers, [clusters, origin.Length]) + Tensor.From(origin);
        return new(Tensor.From(Array.ConvertAll(best.Labels, static label => (long)label)), centers, best.Inertia, best.Iterations);
    }

    // Distances between rows far from the origin lose digits in products.
    static double[] Centered(Tensor features, double[] origin)
    {
        double[] values = features.ToArray<double>();
        for (int start = 0; start < values.Length; start += origin.Length)
        {
            Span<double> row = values.AsSpan(start, origin.Length);
            TensorPrimitives.Subtract(row, origin, row);
        }

        return values;
    }

    /// <summary>One start of k-means on rows whose mean is 0.</summary>
    sealed class KMeansAttempt(double[] rows, int dimensions, int clusters)
    {
        readonly double[] _distances = new double[rows.Length / dimensions];

        public double[] Centers { get; } = new double[clusters * dimensions];

        public int[] Labels { get; } = new int[rows.Length / dimensions];

        public double Inertia { get; private set; }

        public int Iterations { get; private set; }

        public void Run(int maxIterations, RandomStream random)
        {
            Seed(random);
            Labels.AsSpan().Fill(-1);
            bool hasChanged = Assign();
            for (; hasChanged && Iterations < maxIterations; Iterations++)
            {
                MoveCenters();
                hasChanged = Assign();
            }

            for (int i = 0; i < _distances.Length; i++)
            {
                Inertia += SquaredDistance(i, Center(Labels[i]));
            }
        }

        ReadOnlySpan<double> Row(int i) => rows.AsSpan(i * dimensions, dimensions);

        Span<double> Center(int cluster) => Centers.AsSpan(cluster * dimensions, dimensions);

        double SquaredDistance(int row, ReadOnlySpan<double> center)
        {
            double distance = TensorPrimitives.Distance(Row(row), center);
            return distance * distance;
        }

        /// <summary>Draws each next center with a probability in proportion to the squared distance to those before it.</summary>
        void Seed(RandomStream random)
        {
            _distances.AsSpan().Fill(double.PositiveInfinity);
            int chosen = random.NextInt(_distances.Length);
            for (int cluster = 0; cluster < clusters; cluster++)
            {
                Row(chosen).CopyTo(Center(cluster));
                for (int i = 0; i < _distances.Length; i++)
                {
                    _distances[i] = Math.Min(_distances[i], SquaredDistance(i, Center(cluster)));
                }

                chosen = Draw(random);
            }
        }

        int Draw(RandomStream random)
        {
            double left = random.NextDouble() * _distances.Sum();
            for (int i = 0; i < _distances.Length; i++)
            {
                left -= _distances[i];
                if (left < 0)
                {
                    return i;
                }
            }

            return Array.FindLastIndex(_distances, static distance => distance > 0) is >= 0 and int last ? last : 0;
        }

        /// <summary>Assigns each row to its nearest center; returns whether one has changed.</summary>
        bool Assign()
        {
            bool hasChanged = false;
            using TensorScope scope = new();
            Tensor transposed = Tensor.From(Centers, [clusters, dimensions]).Transpose();
            double[] halves = [.. Enumerable.Range(0, clusters).Select(c => TensorPrimitives.SumOfSquares<double>(Center(c)) / 2)];
            for (int first = 0; first < Labels.Length; first += Tile)
            {
                using TensorScope tile = new();
                int count = Math.Min(Tile, Labels.Length - first);
                Tensor part = Tensor.From(rows.AsSpan(first * dimensions, count * dimensions).ToArray(), [count, dimensions]);
                double[] products = part.MatMul(transposed).ToArray<double>();
                for (int i = 0; i < count; i++)
                {
                    Span<double> scores = products.AsSpan(i * clusters, clusters);
                    TensorPrimitives.Subtract(scores, halves, scores);
                    int nearest = TensorPrimitives.IndexOfMax<double>(scores);
                    hasChanged |= Labels[first + i] != nearest;
                    Labels[first + i] = nearest;
                }
            }

            return hasChanged;
        }

        void MoveCenters()
        {
            int[] counts = new int[clusters];
            Centers.AsSpan().Clear();
            for (int i = 0; i < Labels.Length; i++)
            {
                counts[Labels[i]]++;
                TensorPrimitives.Add(Center(Labels[i]), Row(i), Center(Labels[i]));
            }

            for (int cluster = 0; cluster < clusters; cluster++)
            {
                TensorPrimitives.Divide(Center(cluster), Math.Max(1, counts[cluster]), Center(cluster));
            }

            for (int cluster = 0; cluster < clusters; cluster++)
            {
                if (counts[cluster] == 0)
                {
                    int row = Farthest();
                    Row(row).CopyTo(Center(cluster));
                    Labels[row] = cluster;
                }
            }
        }

        /// <summary>Returns the row farthest from the center of its cluster: an empty cluster moves there.</summary>
        int Farthest()
        {
            (int farthest, double largest) = (0, -1);
            for (int i = 0; i < Labels.Length; i++)
            {
                double distance = SquaredDistance(i, Center(Labels[i]));
                (farthest, largest) = distance > largest ? (i, distance) : (farthest, largest);
            }

            return farthest;
        }
    }
}
