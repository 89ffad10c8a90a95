using Criterion;
using Criterion.Losses;

float[] prediction = [0.5f, 2, 10], target = [0, 2, 3];

// A loss and its gradient, on plain arrays.
(double value, float[] gradient) = new HuberLoss(delta: 1).Evaluate(prediction, target);
Console.WriteLine($"Huber {value:0.0000}, gradient {string.Join(' ', gradient)}");

// The same on tensors, which record what is computed from them.
Tensor x = Tensor.From(prediction, requiresGrad: true);
Tensor loss = new HuberLoss(delta: 1).Forward(x, Tensor.From(target));
loss.Backward();
Console.WriteLine($"Huber {loss.Item<float>():0.0000}, gradient {string.Join(' ', x.Grad!.ToArray<float>())}");

// Two pairs of embeddings: the first is similar, the second is not.
float[,] first = { { 1, 0 }, { 1, 1 } }, second = { { 1, 0.1f }, { 1, 0.9f } };
Tensor cosine = new CosineEmbeddingLoss(margin: 0.25).Forward(Tensor.From(first), Tensor.From(second), Tensor.From([1, -1]));
Console.WriteLine($"cosine embedding {cosine.Item<float>():0.0000}");
